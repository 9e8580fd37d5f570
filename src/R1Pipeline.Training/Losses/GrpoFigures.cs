namespace R1Pipeline.Training.Losses;

/// <summary>What a micro-batch adds to the figures of its step. Sums, so that the figures of a step are those of all of its tokens, however it was split.</summary>
/// <param name="NumTokens">Output tokens.</param>
/// <param name="Loss">Its share of the loss.</param>
/// <param name="KlSum">Sum of k3 over the tokens, whichever estimator trains; null without a reference.</param>
/// <param name="RatioSum">Sum of the ratios.</param>
/// <param name="NumClippedLow">Tokens held by the lower clip bound.</param>
/// <param name="NumClippedHigh">Tokens held by the upper clip bound.</param>
public sealed record GrpoFigures(long NumTokens, double Loss, double? KlSum, double RatioSum, long NumClippedLow, long NumClippedHigh)
{
    /// <summary>The figures of nothing.</summary>
    public static GrpoFigures None { get; } = new(0, 0, null, 0, 0, 0);

    /// <summary>Mean k3 over the tokens; null without a reference.</summary>
    public double? MeanKl => KlSum / Math.Max(1, NumTokens);

    /// <summary>Mean ratio over the tokens.</summary>
    public double MeanRatio => RatioSum / Math.Max(1, NumTokens);

    /// <summary>Share of the tokens held by the lower clip bound.</summary>
    public double ClipFractionLow => (double)NumClippedLow / Math.Max(1, NumTokens);

    /// <summary>Share of the tokens held by the upper clip bound.</summary>
    public double ClipFractionHigh => (double)NumClippedHigh / Math.Max(1, NumTokens);

    /// <summary>The figures of both.</summary>
    public GrpoFigures Plus(GrpoFigures other) => new(
        NumTokens + other.NumTokens,
        Loss + other.Loss,
        KlSum is null ? other.KlSum : KlSum + (other.KlSum ?? 0),
        RatioSum + other.RatioSum,
        NumClippedLow + other.NumClippedLow,
        NumClippedHigh + other.NumClippedHigh);
}
