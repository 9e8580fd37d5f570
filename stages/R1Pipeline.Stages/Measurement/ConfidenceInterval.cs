namespace R1Pipeline.Stages.Measurement;

/// <summary>
/// The 95 % interval of pass@1, clustered by problem: the problems are the sample, the k outputs of one problem are not independent.
/// k = 1: Wilson's score interval on the n problems, (p + z²/2n ± z·sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n).
/// k &gt; 1: normal on the problem means, m ± z·s/sqrt(n) with s² their variance with n - 1, clipped to [0, 1].
/// One problem with several samples says nothing about other problems: [0, 1].
/// </summary>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
internal sealed record ConfidenceInterval(double Low, double High)
{
    private const double Z = 1.959963984540054;

    /// <summary>The interval of the mean of <paramref name="problemMeans"/>, each the share of right outputs among <paramref name="k"/>.</summary>
    public static ConfidenceInterval Of(IReadOnlyList<double> problemMeans, int k)
    {
        ArgumentOutOfRangeException.ThrowIfZero(problemMeans.Count, nameof(problemMeans));
        double mean = problemMeans.Average();
        return k == 1 ? Wilson(mean, problemMeans.Count) : Normal(problemMeans, mean);
    }

    private static ConfidenceInterval Wilson(double mean, int n)
    {
        double z2 = Z * Z;
        double centre = mean + (z2 / (2 * n));
        double half = Z * Math.Sqrt((mean * (1 - mean) / n) + (z2 / (4.0 * n * n)));
        double scale = 1 + (z2 / n);
        ConfidenceInterval found = Clipped((centre - half) / scale, (centre + half) / scale);
        return new(Math.Min(found.Low, mean), Math.Max(found.High, mean));          // at 0 and at 1 the ends are the mean itself, which rounding misses
    }

    private static ConfidenceInterval Normal(IReadOnlyList<double> means, double mean)
    {
        int n = means.Count;
        if (n == 1) return new(0, 1);
        double variance = means.Sum(value => (value - mean) * (value - mean)) / (n - 1);
        double half = Z * Math.Sqrt(variance / n);
        return Clipped(mean - half, mean + half);
    }

    private static ConfidenceInterval Clipped(double low, double high) => new(Math.Max(0, low), Math.Min(1, high));
}
