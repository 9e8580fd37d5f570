using static TorchSharp.torch;

namespace R1Pipeline.Training.Model;

/// <summary>What follows the attention in a layer, token by token. The input is normalised; the result is what the layer adds to the residual stream.</summary>
internal interface IFeedForward
{
    /// <summary>x [B, T, D] -> [B, T, D], on the tape when one is recorded. A router writes what it decided into the trace.</summary>
    Tensor Forward(Tensor x, ExpertTrace? trace = null);

    /// <summary>x [N, D] -> [N, D], never on the tape, in place where it may.</summary>
    Tensor Decode(Tensor x);
}
