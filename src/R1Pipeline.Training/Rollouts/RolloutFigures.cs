using R1Pipeline.Contracts.Rewards;

namespace R1Pipeline.Training.Rollouts;

/// <summary>The figures of an iteration's rollouts. A reward part is averaged over the rollouts that it applies to; one that applies to none is not listed.</summary>
internal static class RolloutFigures
{
    public const string Reward = "reward", Accuracy = "accuracy", Entropy = "entropy", ResponseTokens = "response-tokens",
        TruncatedShare = "truncated-share", ZeroSpreadShare = "zero-spread-share";

    /// <param name="groups">All groups.</param>
    /// <param name="rewards">One per rollout, group after group.</param>
    public static Dictionary<string, double> Of(IReadOnlyList<RolloutGroup> groups, IReadOnlyList<RewardBreakdown> rewards)
    {
        Rollout[] rollouts = [.. groups.SelectMany(group => group.Rollouts)];
        double numTokens = rollouts.Sum(rollout => (long)rollout.OutputIds.Length);
        var figures = new Dictionary<string, double>
        {
            [Reward] = rewards.Average(reward => reward.Total),
            [Entropy] = rollouts.Sum(rollout => rollout.Entropies.Sum(entropy => (double)entropy)) / numTokens,
            [ResponseTokens] = numTokens / rollouts.Length,
            [TruncatedShare] = rollouts.Count(rollout => !rollout.Finished) / (double)rollouts.Length,
            [ZeroSpreadShare] = NumWithoutSpread(groups, rewards) / (double)groups.Count,
        };
        foreach (IGrouping<string, double> part in rewards.SelectMany(reward => reward.Parts).GroupBy(part => part.Key, part => part.Value))
            figures[part.Key] = part.Average();
        return figures;
    }

    private static int NumWithoutSpread(IReadOnlyList<RolloutGroup> groups, IReadOnlyList<RewardBreakdown> rewards)
    {
        int count = 0, start = 0;
        foreach (RolloutGroup group in groups)
        {
            double[] totals = [.. rewards.Skip(start).Take(group.Rollouts.Count).Select(reward => reward.Total)];
            if (!GroupAdvantage.HasSpread(totals)) count++;
            start += group.Rollouts.Count;
        }
        return count;
    }
}
