using R1Pipeline.Contracts.Rewards;

namespace R1Pipeline.Rewards.Judging;

/// <summary>What a judge said.</summary>
/// <param name="Outcome">
/// The verdict as a number, or why there is none. Correctness: 1 or 0. Score: 0 to 1. Pairwise: 2, 1, 0, -1, -2, positive where A is better.
/// </param>
/// <param name="Analysis">Its reasons; null: it gave none.</param>
public sealed record Judgement(RewardOutcome Outcome, string? Analysis)
{
    /// <summary>A judgement that failed.</summary>
    public static Judgement Failed(string reason) => new(RewardOutcome.Failed(reason), null);
}
