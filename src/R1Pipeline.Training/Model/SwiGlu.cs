using static TorchSharp.torch;

namespace R1Pipeline.Training.Model;

/// <summary>The gated feed-forward: down(silu(gate(x)) · up(x)), gate and up in one matrix.</summary>
/// <param name="gateUp">D -> 2F.</param>
/// <param name="down">F -> D.</param>
internal sealed class SwiGlu(Projection gateUp, Projection down) : IFeedForward
{
    private readonly long _width = down.InputSize;

    /// <inheritdoc/>
    public Tensor Forward(Tensor x, ExpertTrace? trace = null)
    {
        Tensor[] parts = gateUp.Apply(x).chunk(2, -1);
        return down.Apply(parts[0].silu().mul(parts[1]));
    }

    /// <inheritdoc/>
    public Tensor Decode(Tensor x)
    {
        Tensor parts = gateUp.Apply(x);
        return down.Apply(parts.narrow(1, 0, _width).silu_().mul_(parts.narrow(1, _width, _width)));
    }
}
