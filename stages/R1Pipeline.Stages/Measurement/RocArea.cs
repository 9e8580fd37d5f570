namespace R1Pipeline.Stages.Measurement;

/// <summary>
/// The area under the ROC curve: the probability that a positive case scores above a negative one, ties counting one half (Mann-Whitney). Its variance is
/// DeLong's: var(V10) / m + var(V01) / n over the m positive and n negative cases, V10 the share of negative cases below a positive one, V01 the share of positive
/// cases above a negative one, computed from mid-ranks (Sun and Xu 2014). With one case of a label nothing is known of the others: [0, 1].
/// </summary>
internal static class RocArea
{
    private const double Z = 1.959963984540054;

    /// <summary>The area with its 95 % interval (normal, clipped to [0, 1]).</summary>
    /// <param name="scores">[N] scores.</param>
    /// <param name="positive">[N]; at least one true and one false.</param>
    public static MeasuredShare Of(IReadOnlyList<float> scores, IReadOnlyList<bool> positive)
    {
        float[] above = [.. scores.Where((_, i) => positive[i])], below = [.. scores.Where((_, i) => !positive[i])];
        ArgumentOutOfRangeException.ThrowIfZero(above.Length, nameof(positive));
        ArgumentOutOfRangeException.ThrowIfZero(below.Length, nameof(positive));
        double[] all = MidRanks([.. above, .. below]), amongAbove = MidRanks(above), amongBelow = MidRanks(below);
        double[] v10 = [.. above.Select((_, i) => (all[i] - amongAbove[i]) / below.Length)];
        double[] v01 = [.. below.Select((_, j) => 1 - ((all[above.Length + j] - amongBelow[j]) / above.Length))];
        double area = v10.Average();
        if (above.Length == 1 || below.Length == 1) return new(area, new(0, 1));
        double half = Z * Math.Sqrt((Variance(v10) / above.Length) + (Variance(v01) / below.Length));
        return new(area, new(Math.Max(0, area - half), Math.Min(1, area + half)));
    }

    private static double Variance(double[] values)
    {
        double mean = values.Average();
        return values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1);
    }

    /// <summary>Ranks from 1; equal values share the mean of their ranks.</summary>
    private static double[] MidRanks(float[] values)
    {
        int[] order = [.. Enumerable.Range(0, values.Length).OrderBy(i => values[i])];
        double[] ranks = new double[values.Length];
        for (int start = 0, end; start < order.Length; start = end)
        {
            for (end = start + 1; end < order.Length && values[order[end]] == values[order[start]];) end++;
            for (int i = start; i < end; i++) ranks[order[i]] = (start + end + 1) / 2.0;
        }

        return ranks;
    }
}
