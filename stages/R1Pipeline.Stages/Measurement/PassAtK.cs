namespace R1Pipeline.Stages.Measurement;

/// <summary>
/// The unbiased pass@k of one problem from n samples of which c are right: <c>1 - C(n - c, k) / C(n, k)</c>
/// (Chen et al. 2021, arXiv:2107.03374, eq. 1). With k = n it is 1 exactly when any sample is right. Refuses k outside 1..n.
/// </summary>
internal static class PassAtK
{
    /// <summary>Probability that at least one of k samples, drawn without replacement from the n, is right.</summary>
    public static double Estimate(int numSamples, int numCorrect, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, numSamples);
        ArgumentOutOfRangeException.ThrowIfNegative(numCorrect);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(numCorrect, numSamples);

        if (numSamples - numCorrect < k) return 1;

        // A product of ratios instead of two binomials: no overflow at any n.
        double allWrong = 1;
        for (int i = numSamples - numCorrect + 1; i <= numSamples; i++) allWrong *= 1 - ((double)k / i);
        return 1 - allWrong;
    }
}
