using R1Pipeline.Contracts.Rewards;

namespace R1Pipeline.Training.Rollouts;

/// <summary>
/// The figures of an iteration's rollouts. A reward part is averaged over the rollouts that it applies to; one that applies to none is not listed, nor is the
/// reward where no rollout has one. <c>repeated-share</c> is the mean share of runs of four tokens that stood in the output before. For each part that has a weight, from the
/// deviations inside groups, which are what trains: <c>spread-PART</c>, the root of the part's mean square deviation, and <c>share-PART</c> = sum of (weight · deviation of the part) ·
/// (deviation of the total) / sum of (deviation of the total)²; the shares add up to 1. Rollouts without a reward are counted: <c>reward-errors</c>, and by part <c>error-PART</c>; <c>reward-not-applicable</c>.
/// </summary>
internal static class RolloutFigures
{
    public const string Reward = "reward", Accuracy = "accuracy", Entropy = "entropy", ResponseTokens = "response-tokens",
        TruncatedShare = "truncated-share", ZeroSpreadShare = "zero-spread-share", Errors = "reward-errors", NotApplicable = "reward-not-applicable", ErrorOf = "error-",
        HeldOutAccuracy = "held-out-accuracy", HeldOutErrors = "held-out-errors", RepeatedShare = "repeated-share", SpreadOf = "spread-", ShareOf = "share-";

    private const int RunTokens = 4;

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
            [RepeatedShare] = rollouts.Average(rollout => Repeated(rollout.OutputIds)),
            [ZeroSpreadShare] = NumWithoutSpread(groups, rewards) / (double)groups.Count,
        };
        if (rewards.Average(reward => reward.Total) is { } mean) figures[Reward] = mean;
        figures[Errors] = rewards.Count(reward => reward.IsError);
        figures[NotApplicable] = rewards.Count(reward => reward is { Total: null, IsError: false });
        foreach (IGrouping<string, string> failed in rewards.SelectMany(reward => reward.Errors.Keys).GroupBy(part => part)) figures[ErrorOf + failed.Key] = failed.Count();
        foreach (IGrouping<string, double> part in rewards.SelectMany(reward => reward.Parts).GroupBy(part => part.Key, part => part.Value))
            figures[part.Key] = part.Average();
        AddSpreads(figures, groups, rewards);
        return figures;
    }

    private static double Repeated(int[] ids)
    {
        int runs = ids.Length - RunTokens + 1;
        if (runs < 1) return 0;
        var different = new HashSet<(int, int, int, int)>();
        for (int i = 0; i < runs; i++) different.Add((ids[i], ids[i + 1], ids[i + 2], ids[i + 3]));
        return 1 - ((double)different.Count / runs);
    }

    private static void AddSpreads(Dictionary<string, double> figures, IReadOnlyList<RolloutGroup> groups, IReadOnlyList<RewardBreakdown> rewards)
    {
        string[] parts = [.. rewards.SelectMany(reward => reward.Weights.Keys).Distinct()];
        double[] squares = new double[parts.Length], common = new double[parts.Length];
        int[] counts = new int[parts.Length];
        double total = 0;
        int start = 0;
        foreach (RolloutGroup group in groups)
        {
            RewardBreakdown[] rewarded = [.. rewards.Skip(start).Take(group.Rollouts.Count).Where(reward => reward.Total is not null)];
            start += group.Rollouts.Count;
            double[] totals = Deviations([.. rewarded.Select(reward => reward.Total!.Value)]);
            total += totals.Sum(deviation => deviation * deviation);
            for (int k = 0; k < parts.Length; k++)
            {
                if (rewarded.Length == 0 || !Array.TrueForAll(rewarded, reward => reward.Weights.ContainsKey(parts[k]))) continue;
                double[] deviations = Deviations([.. rewarded.Select(reward => reward.Parts[parts[k]])]);
                squares[k] += deviations.Sum(deviation => deviation * deviation);
                common[k] += deviations.Zip(totals, (of, all) => of * all).Sum() * rewarded[0].Weights[parts[k]];
                counts[k] += rewarded.Length;
            }
        }

        for (int k = 0; k < parts.Length; k++)
        {
            if (counts[k] == 0) continue;
            figures[SpreadOf + parts[k]] = Math.Sqrt(squares[k] / counts[k]);
            if (total > 0 && parts.Length > 1) figures[ShareOf + parts[k]] = common[k] / total;
        }
    }

    private static double[] Deviations(double[] values)
    {
        double mean = values.Length == 0 ? 0 : values.Average();
        return [.. values.Select(value => value - mean)];
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
