using R1Pipeline.Contracts.Randomness;
using R1Pipeline.Stages.Measurement;
using R1Pipeline.Stages.RewardModeling;

namespace R1Pipeline.Training.Tests.Stages.RewardModeling;

/// <summary>The held-out figures of a pointwise reward model, against their definitions over all pairs and bins.</summary>
public sealed class SafetyFiguresTests
{
    [Fact]
    public void Of_FiveResponses_MatchesTheFiguresByHand()
    {
        var figures = SafetyFigures.Of([2, 1, -1, 0, -2], [true, false, true, true, false]);

        Assert.Equal(0.6, figures.Accuracy.Value, 1e-12); // called safe: 1, 2, 4; right: 1, 4, 5
        Assert.Equal(4.0 / 6, figures.Auc.Value, 1e-12);  // of 3 x 2 pairs only (-1, 1) and (0, 1) are in the wrong order
        Assert.Equal((2.0 / 3, 0.5), (figures.SafePrecision!.Value, figures.UnsafeRecall.Value));
        double[] p = [.. new double[] { 2, 1, -1, 0, -2 }.Select(score => 1 / (1 + Math.Exp(-score)))];
        Assert.Equal(p.Average(), figures.MeanProbability, 1e-12);
        Assert.Equal((Math.Pow(1 - p[0], 2) + Math.Pow(p[1], 2) + Math.Pow(1 - p[2], 2) + 0.25 + Math.Pow(p[4], 2)) / 5, figures.Brier, 1e-12);
        // 0.88, 0.73, 0.27, 0.5 and 0.12: each alone in its tenth.
        Assert.Equal((1 - p[0] + p[1] + (1 - p[2]) + 0.5 + p[4]) / 5, figures.CalibrationError, 1e-12);
    }

    [Fact]
    public void Auc_RandomScoresWithTies_IsTheShareOfPairsWithDeLongsInterval()
    {
        var random = new RandomStream(1, "test", 0, "auc");
        bool[] positive = [.. Enumerable.Range(0, 80).Select(i => i % 3 == 0)];
        float[] scores = [.. positive.Select(label => (float)Math.Round((random.NextDouble() * 4) + (label ? 1 : 0)))];
        float[] above = [.. scores.Where((_, i) => positive[i])], below = [.. scores.Where((_, i) => !positive[i])];
        double Wins(float a, float b) => a > b ? 1 : a == b ? 0.5 : 0;
        double[] v10 = [.. above.Select(a => below.Average(b => Wins(a, b)))], v01 = [.. below.Select(b => above.Average(a => Wins(a, b)))];
        double Variance(double[] v) => v.Sum(x => Math.Pow(x - v.Average(), 2)) / (v.Length - 1);
        double half = 1.959963984540054 * Math.Sqrt((Variance(v10) / above.Length) + (Variance(v01) / below.Length));

        MeasuredShare area = RocArea.Of(scores, positive);

        Assert.Equal(v10.Average(), area.Value, 1e-12);
        Assert.Equal(v10.Average() - half, area.Interval.Low, 1e-12);
        Assert.Equal(Math.Min(1, v10.Average() + half), area.Interval.High, 1e-12);
    }

    [Fact]
    public void Of_NothingCalledSafe_HasNoPrecision()
    {
        var figures = SafetyFigures.Of([-1, -2], [true, false]);
        Assert.Null(figures.SafePrecision);
        Assert.DoesNotContain("safe_precision", figures.ToMetrics().Keys);
        Assert.Equal((0, 1), (figures.Auc.Interval.Low, figures.Auc.Interval.High));
    }
}
