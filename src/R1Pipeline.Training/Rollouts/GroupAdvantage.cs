using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Training.Rollouts;

/// <summary>
/// Advantages of outcome supervision: A_i = (r_i - mean of its group) / s (DeepSeekMath 4.1.2; DeepSeek-R1 eq. 3), one per output, the same for all
/// of its tokens. Computed over whole groups, before any split into minibatches. Knows nothing of tokens or losses.
/// Choices that no source settles (r1-recipe.md 3.2):
/// (1) s is max(deviation, value) or deviation + value, population or sample deviation, as the options say;
/// (2) a group whose rewards are all equal has advantage exactly 0, whatever the guard and the scale;
/// (3) an output without a reward (it failed, or does not apply) stands outside mean and deviation and has no advantage, which the update leaves out.
/// </summary>
public static class GroupAdvantage
{
    /// <summary>Advantages in the order of <paramref name="rewards"/>; rows of a group are neighbours.</summary>
    /// <param name="rewards">Total rewards, group after group; null: none. [questions × group size], finite</param>
    /// <param name="groupSize">Outputs of one question.</param>
    /// <param name="options">Scale, deviation and guard.</param>
    /// <exception cref="ArgumentException">The rewards do not divide into groups, or one is not finite.</exception>
    /// <returns>One a reward; <see cref="TrainingSample.NoAdvantage"/> where there is none.</returns>
    public static float[] Compute(IReadOnlyList<double?> rewards, int groupSize, GrpoOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(groupSize);
        if (rewards.Count % groupSize != 0)
            throw new ArgumentException($"{rewards.Count} rewards do not divide into groups of {groupSize}", nameof(rewards));
        double?[] values = [.. rewards];
        int wrong = Array.FindIndex(values, value => value is { } number && !double.IsFinite(number));
        if (wrong >= 0) throw new ArgumentException($"reward {wrong} is {values[wrong]}", nameof(rewards));

        double[] all = Known(values);
        double batchScale = options.AdvantageScale == AdvantageScale.Batch && all.Length > 0 ? Scale(all, options) : 1;
        float[] advantages = new float[values.Length];
        for (int start = 0; start < values.Length; start += groupSize)
        {
            double[] group = Known(values.AsSpan(start, groupSize));
            bool spread = HasSpread(group);
            double mean = spread ? Mean(group) : 0;
            double scale = !spread ? 0 : options.AdvantageScale == AdvantageScale.Group ? Scale(group, options) : batchScale;
            for (int i = start; i < start + groupSize; i++)
            {
                if (values[i] is not { } reward) advantages[i] = TrainingSample.NoAdvantage;
                else if (scale != 0) advantages[i] = (float)((reward - mean) / scale); // 0: differences whose squares vanish in double precision
            }
        }
        return advantages;
    }

    private static double[] Known(ReadOnlySpan<double?> rewards)
    {
        var known = new List<double>(rewards.Length);
        foreach (double? reward in rewards)
        {
            if (reward is { } value) known.Add(value);
        }
        return [.. known];
    }

    /// <summary>Whether the rewards of a group differ at all. Compared exactly: a mean in floating point need not equal the values it averages.</summary>
    public static bool HasSpread(ReadOnlySpan<double> group)
    {
        foreach (double reward in group)
        {
            if (reward != group[0]) return true;
        }
        return false;
    }

    private static double Scale(ReadOnlySpan<double> rewards, GrpoOptions options)
    {
        double mean = Mean(rewards), squares = 0;
        foreach (double reward in rewards) squares += (reward - mean) * (reward - mean);
        double deviation = Math.Sqrt(squares / Math.Max(1, rewards.Length - options.AdvantageStdDdof));
        return options.AdvantageStd == StdFloorMode.Floor
            ? Math.Max(deviation, options.AdvantageStdValue)
            : deviation + options.AdvantageStdValue;
    }

    private static double Mean(ReadOnlySpan<double> rewards)
    {
        double sum = 0;
        foreach (double reward in rewards) sum += reward;
        return sum / rewards.Length;
    }
}
