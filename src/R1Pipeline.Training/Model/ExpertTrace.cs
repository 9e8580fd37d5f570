using static TorchSharp.torch;

namespace R1Pipeline.Training.Model;

/// <summary>What the routers of one pass decided, layer after layer: what the balance of the experts is computed from. The tensors belong to the scope of the pass.</summary>
public sealed class ExpertTrace
{
    internal List<RoutedLayer> Layers { get; } = [];

    /// <summary>Hands what was recorded since there were <paramref name="before"/> layers on to the scope around.</summary>
    internal void MoveToOuterDisposeScope(int before)
    {
        foreach (RoutedLayer routed in Layers.Skip(before))
        {
            _ = routed.Scores.MoveToOuterDisposeScope();
            _ = routed.Chosen.MoveToOuterDisposeScope();
        }
    }

    /// <summary>One layer.</summary>
    /// <param name="Layer">Its index.</param>
    /// <param name="Scores">[B · T, E]: sigmoid scores without bias, on the tape where one is recorded.</param>
    /// <param name="Chosen">[B · T, chosen]: the experts that worked.</param>
    internal sealed record RoutedLayer(int Layer, Tensor Scores, Tensor Chosen);
}
