using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace R1Pipeline.Training.Losses;

/// <summary>
/// The binary cross-entropy of labelled responses, sigmoid(score) being the probability of label 1: -y · log sigmoid(s) - (1 - y) · log sigmoid(-s), summed and
/// divided by the responses of the whole batch. Written with log sigmoid, so that no score overflows.
/// </summary>
public static class PointwiseLoss
{
    /// <summary>The loss of one micro-batch of responses.</summary>
    /// <param name="scores">[N] scores.</param>
    /// <param name="labels">[N] labels.</param>
    /// <param name="batchResponses">Responses of the whole batch.</param>
    /// <returns>A scalar.</returns>
    public static Tensor Compute(Tensor scores, IEnumerable<bool> labels, long batchResponses)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchResponses, 1);
        Tensor sign = tensor(labels.Select(label => label ? 1f : -1f).ToArray(), device: scores.device);
        return F.logsigmoid(scores.mul(sign)).sum().mul(Number.Of(-1.0 / batchResponses));
    }
}
