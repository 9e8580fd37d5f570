using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace R1Pipeline.Training.Model;

/// <summary>The gated feed-forward: down(silu(gate(x)) · up(x)), gate and up in one matrix.</summary>
/// <param name="gateUp">[2F, D].</param>
/// <param name="down">[D, F].</param>
internal sealed class SwiGlu(Tensor gateUp, Tensor down) : IFeedForward
{
    private readonly long _width = down.size(1);

    /// <inheritdoc/>
    public Tensor Forward(Tensor x, ExpertTrace? trace = null)
    {
        Tensor[] parts = F.linear(x, gateUp).chunk(2, -1);
        return F.linear(parts[0].silu().mul(parts[1]), down);
    }

    /// <inheritdoc/>
    public Tensor Decode(Tensor x)
    {
        Tensor parts = F.linear(x, gateUp);
        return F.linear(parts.narrow(1, 0, _width).silu_().mul_(parts.narrow(1, _width, _width)), down);
    }
}
