using R1Pipeline.Contracts.Options;
using R1Pipeline.Training.Runtime;
using TorchSharp;

namespace R1Pipeline.Training.Losses;

/// <summary>
/// Per-token estimates of KL(policy, reference) from the log-probs of the sampled token alone, with d = log reference - log policy.
/// k1 = -d (unbiased, signed) · k2 = d²/2 (biased) · k3 = exp(d) - d - 1 (unbiased, never negative; DeepSeekMath eq. 4, DeepSeek-R1 eq. 2).
/// Not clamped: a d that overflows exp is runaway KL and must reach the guard. N = output tokens.
/// </summary>
public static class KlEstimate
{
    /// <summary>The estimate of every token, with gradient through the estimator as written. [N]</summary>
    public static torch.Tensor PerToken(KlEstimator estimator, torch.Tensor policyLogprobs_N, torch.Tensor referenceLogprobs_N)
    {
        torch.Tensor d_N = referenceLogprobs_N - policyLogprobs_N;
        return estimator switch
        {
            KlEstimator.K1 => d_N.neg(),
            KlEstimator.K2 => d_N.pow(Number.Of(2)).mul(Number.Of(0.5)),
            KlEstimator.K3 => d_N.expm1() - d_N, // exp(d) - 1 without cancellation where the policies are close
            _ => throw new ArgumentOutOfRangeException(nameof(estimator), estimator, "no such KL estimator"),
        };
    }
}
