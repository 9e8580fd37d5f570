using R1Pipeline.Training.Optimization;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace R1Pipeline.Training.Model;

/// <summary>y = W x + b, and what an adapter adds to it. Without an adapter it is that one operation.</summary>
internal sealed class Projection
{
    private readonly Tensor _weight;
    private readonly Tensor? _bias;
    private readonly LowRankUpdate? _update;

    /// <param name="parameters">The model's parameters.</param>
    /// <param name="adapter">Its adapter; null: it has none.</param>
    /// <param name="weight">Name of W, [out, in].</param>
    /// <param name="bias">Name of b, [out]; null: there is none.</param>
    public Projection(FlatParameters parameters, LoraAdapter? adapter, string weight, string? bias = null)
    {
        (_weight, _bias) = (parameters[weight], bias is null ? null : parameters[bias]);
        _update = adapter?.UpdateOf(weight);
    }

    /// <summary>Width of x.</summary>
    public long InputSize => _weight.size(1);

    /// <summary>x [.., in] -> [.., out], on the tape where one is recorded.</summary>
    public Tensor Apply(Tensor x)
    {
        Tensor y = F.linear(x, _weight, _bias);
        _update?.AddTo(y, x);
        return y;
    }

    /// <summary>The one matrix that does the same, without gradients: W itself where no adapter changes it.</summary>
    public Tensor Merged()
    {
        if (_update is null) return _weight;
        Tensor merged = _weight.clone();
        _update.AddToWeight(merged);
        return merged;
    }
}
