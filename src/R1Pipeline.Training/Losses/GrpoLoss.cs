using R1Pipeline.Contracts.Options;
using R1Pipeline.Training.Runtime;
using TorchSharp;

namespace R1Pipeline.Training.Losses;

/// <summary>
/// The loss of Group Relative Policy Optimization: for every output token -min(ρ A, clamp(ρ) A) + β KL, averaged by <see cref="TokenWeights"/>
/// (DeepSeekMath eq. 3 and 4; DeepSeek-R1 eq. 1 to 3). One piece per file: <see cref="ClippedRatio"/>, <see cref="KlEstimate"/>, <see cref="TokenWeights"/>.
/// Knows nothing of groups, rewards or models: advantages and log-probs arrive ready.
/// Departures from DeepSeek-R1's text, none of which it excludes:
/// (1) ratio and KL are per token, as in DeepSeekMath eq. 3; R1 writes them on whole outputs but speaks of clipped tokens;
/// (2) the default average keeps DeepSeekMath's 1/|o_i|; whether R1 did is not known;
/// (3) the lower and the upper clip range may differ.
/// N = output tokens.
/// </summary>
public sealed class GrpoLoss(GrpoOptions options)
{
    private readonly ClippedRatio _clip = new(options.ClipEpsilon, options.ClipEpsilonHigh ?? options.ClipEpsilon);

    /// <summary>The micro-batch's share of the loss (a scalar with gradient, in the caller's dispose scope) and of the figures.</summary>
    public (torch.Tensor Loss, GrpoFigures Figures) Compute(GrpoTokens tokens)
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor perToken_N = PerToken(tokens, out torch.Tensor ratio_N);
        torch.Tensor loss = perToken_N.mul(tokens.Weights_N).sum();
        return (loss.MoveToOuterDisposeScope(), Figures(tokens, ratio_N, Number.From(loss)));
    }

    /// <summary>The loss of every token before the average, with gradient. [N]</summary>
    internal torch.Tensor PerToken(GrpoTokens tokens, out torch.Tensor ratio_N)
    {
        ratio_N = ClippedRatio.Ratio(tokens.PolicyLogprobs_N, tokens.OldLogprobs_N);
        torch.Tensor loss_N = _clip.Loss(ratio_N, tokens.Advantages_N);
        if (tokens.ReferenceLogprobs_N is null || options.KlWeight == 0) return loss_N;
        torch.Tensor kl_N = KlEstimate.PerToken(options.KlEstimator, tokens.PolicyLogprobs_N, tokens.ReferenceLogprobs_N);
        return loss_N.add(kl_N.mul(Number.Of(options.KlWeight)), Number.One);
    }

    private GrpoFigures Figures(GrpoTokens tokens, torch.Tensor ratio_N, double loss)
    {
        using var noGrad = torch.no_grad();
        (long low, long high) = _clip.CountClipped(ratio_N, tokens.Advantages_N);
        double? kl = tokens.ReferenceLogprobs_N is { } reference_N
            ? Number.From(KlEstimate.PerToken(KlEstimator.K3, tokens.PolicyLogprobs_N, reference_N).sum())
            : null;
        return new GrpoFigures(ratio_N.numel(), loss, kl, Number.From(ratio_N.sum()), low, high);
    }
}
