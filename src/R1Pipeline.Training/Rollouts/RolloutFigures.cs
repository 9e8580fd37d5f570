using R1Pipeline.Contracts.Rewards;

namespace R1Pipeline.Training.Rollouts;

/// <summary>
/// The figures of an iteration's rollouts. A reward part is averaged over the rollouts that it applies to; one that applies to none is not listed, nor is the
/// reward where no rollout has one. Rollouts without a reward are counted: <c>reward-errors</c>, and by part <c>error-PART</c>; <c>reward-not-applicable</c>.
/// </summary>
internal static class RolloutFigures
{
    public const string Reward = "reward", Accuracy = "accuracy", Entropy = "entropy", ResponseTokens = "response-tokens",
        TruncatedShare = "truncated-share", ZeroSpreadShare = "zero-spread-share", Errors = "reward-errors", NotApplicable = "reward-not-applicable", ErrorOf = "error-";

    /// <param name="groups">All groups.</param>
    /// <param name="rewards">One per rollout, group after group.</param>
    public static Dictionary<string, double> Of(IReadOnlyList<RolloutGroup> groups, IReadOnlyList<RewardBreakdown> rewards)
    {
        Rollout[] rollouts = [.. groups.SelectMany(group => group.Rollouts)];
        double numTokens = rollouts.Sum(rollout => (long)rollout.OutputIds.Length);
        var figures = new Dictionary<string, double>
        {
            [Entropy] = rollouts.Sum(rollout => rollout.Entropies.Sum(entropy => (double)entropy)) / numTokens,
            [ResponseTokens] = numTokens / rollouts.Length,
            [TruncatedShare] = rollouts.Count(rollout => !rollout.Finished) / (double)rollouts.Length,
            [ZeroSpreadShare] = NumWithoutSpread(groups, rewards) / (double)groups.Count,
        };
        if (rewards.Average(reward => reward.Total) is { } mean) figures[Reward] = mean;
        figures[Errors] = rewards.Count(reward => reward.IsError);
        figures[NotApplicable] = rewards.Count(reward => reward is { Total: null, IsError: false });
        foreach (IGrouping<string, string> failed in rewards.SelectMany(reward => reward.Errors.Keys).GroupBy(part => part)) figures[ErrorOf + failed.Key] = failed.Count();
        foreach (IGrouping<string, double> part in rewards.SelectMany(reward => reward.Parts).GroupBy(part => part.Key, part => part.Value))
            figures[part.Key] = part.Average();
        return figures;
    }

    private static int NumWithoutSpread(IReadOnlyList<RolloutGroup> groups, IReadOnlyList<RewardBreakdown> rewards)
    {
        int count = 0, start = 0;
        foreach (RolloutGroup group in groups)
        {
            double[] totals = [.. rewards.Skip(start).Take(group.Rollouts.Count).Select(reward => reward.Total).OfType<double>()];
            if (!GroupAdvantage.HasSpread(totals)) count++;
            start += group.Rollouts.Count;
        }
        return count;
    }
}
