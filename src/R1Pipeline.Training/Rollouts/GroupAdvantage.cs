using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Training.Rollouts;

/// <summary>
/// Advantages of outcome supervision: A_i = (r_i - mean of its group) / s (DeepSeekMath 4.1.2; DeepSeek-R1 eq. 3), one per output, the same for all
/// of its tokens. Computed over whole groups, before any split into minibatches. Knows nothing of tokens or losses.
/// Choices that no source settles (r1-recipe.md 3.2):
/// (1) s is max(deviation, value) or deviation + value, population or sample deviation, as the options say;
/// (2) a group whose rewards are all equal has advantage exactly 0, whatever the guard and the scale.
/// </summary>
public static class GroupAdvantage
{
    /// <summary>Advantages in the order of <paramref name="rewards"/>; rows of a group are neighbours.</summary>
    /// <param name="rewards">Total rewards, group after group. [questions × group size], finite</param>
    /// <param name="groupSize">Outputs of one question.</param>
    /// <param name="options">Scale, deviation and guard.</param>
    /// <exception cref="ArgumentException">The rewards do not divide into groups, or one is not finite.</exception>
    public static float[] Compute(IReadOnlyList<double> rewards, int groupSize, GrpoOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(groupSize);
        if (rewards.Count % groupSize != 0)
            throw new ArgumentException($"{rewards.Count} rewards do not divide into groups of {groupSize}", nameof(rewards));
        double[] values = [.. rewards];
        int wrong = Array.FindIndex(values, value => !double.IsFinite(value));
        if (wrong >= 0) throw new ArgumentException($"reward {wrong} is {values[wrong]}", nameof(rewards));

        double batchScale = options.AdvantageScale == AdvantageScale.Batch ? Scale(values, options) : 1;
        float[] advantages = new float[values.Length];
        for (int start = 0; start < values.Length; start += groupSize)
        {
            ReadOnlySpan<double> group = values.AsSpan(start, groupSize);
            if (!HasSpread(group)) continue;
            double mean = Mean(group);
            double scale = options.AdvantageScale == AdvantageScale.Group ? Scale(group, options) : batchScale;
            if (scale == 0) continue; // differences whose squares vanish in double precision
            for (int i = 0; i < groupSize; i++) advantages[start + i] = (float)((group[i] - mean) / scale);
        }
        return advantages;
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
