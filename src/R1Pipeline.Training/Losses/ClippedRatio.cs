using R1Pipeline.Training.Runtime;
using TorchSharp;

namespace R1Pipeline.Training.Losses;

/// <summary>
/// The probability ratio ρ = π/π_old of every token and the clipped surrogate of PPO on it: -min(ρ A, clamp(ρ, 1 - low, 1 + high) A).
/// Counts the tokens whose gradient the clip removes. Knows nothing of KL terms or averages. N = output tokens.
/// </summary>
public sealed class ClippedRatio(double low, double high)
{
    /// <summary>ρ, with gradient to <paramref name="policyLogprobs_N"/>. [N]</summary>
    public static torch.Tensor Ratio(torch.Tensor policyLogprobs_N, torch.Tensor oldLogprobs_N) => (policyLogprobs_N - oldLogprobs_N).exp();

    /// <summary>The loss of every token; smaller is better. [N]</summary>
    public torch.Tensor Loss(torch.Tensor ratio_N, torch.Tensor advantages_N) =>
        torch.minimum(ratio_N * advantages_N, ratio_N.clamp(Number.Of(1 - low), Number.Of(1 + high)) * advantages_N).neg();

    /// <summary>Tokens held from below (ρ &lt; 1 - low, A &lt; 0) and from above (ρ &gt; 1 + high, A &gt; 0): those whose policy gradient is 0.</summary>
    public (long Low, long High) CountClipped(torch.Tensor ratio_N, torch.Tensor advantages_N)
    {
        using var scope = torch.NewDisposeScope();
        long held = Number.WholeFrom(ratio_N.lt(Number.Of(1 - low)).logical_and_(advantages_N.lt(Number.Of(0))).sum());
        return (held, Number.WholeFrom(ratio_N.gt(Number.Of(1 + high)).logical_and_(advantages_N.gt(Number.Of(0))).sum()));
    }
}
