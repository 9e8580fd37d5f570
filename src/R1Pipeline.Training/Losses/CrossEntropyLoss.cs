using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Losses;

/// <summary>
/// Mean negative log-likelihood of the labelled tokens. The denominator comes from the caller and counts the whole batch, so that the parts of a batch
/// that is split into micro-batches add up to the same loss and the same gradient.
/// </summary>
public static class CrossEntropyLoss
{
    /// <summary>-sum(log p) / <paramref name="batchTokens"/>.</summary>
    /// <param name="logprobs">[N]: log-probabilities of the labelled tokens of this micro-batch.</param>
    /// <param name="batchTokens">Labelled tokens of the whole batch.</param>
    /// <returns>A scalar.</returns>
    public static Tensor Compute(Tensor logprobs, long batchTokens)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchTokens, 1);
        return logprobs.sum().mul(Number.Of(-1.0 / batchTokens));
    }
}
