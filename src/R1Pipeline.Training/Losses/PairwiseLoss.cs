using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace R1Pipeline.Training.Losses;

/// <summary>The Bradley-Terry loss of preference pairs, -log sigmoid(chosen - rejected - margin), summed and divided by the pairs of the whole batch.</summary>
public static class PairwiseLoss
{
    /// <summary>The loss of one micro-batch of pairs.</summary>
    /// <param name="chosen">[N] scores.</param>
    /// <param name="rejected">[N] scores.</param>
    /// <param name="batchPairs">Pairs of the whole batch.</param>
    /// <param name="margin">[N] or null: what the difference must exceed.</param>
    /// <returns>A scalar.</returns>
    public static Tensor Compute(Tensor chosen, Tensor rejected, long batchPairs, Tensor? margin = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchPairs, 1);
        Tensor difference = margin is null ? chosen.sub(rejected) : chosen.sub(rejected).sub(margin);
        return F.logsigmoid(difference).sum().mul(Number.Of(-1.0 / batchPairs));
    }
}
