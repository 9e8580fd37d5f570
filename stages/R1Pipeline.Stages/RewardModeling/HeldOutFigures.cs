using R1Pipeline.Stages.Measurement;
using R1Pipeline.Training.Model;

namespace R1Pipeline.Stages.RewardModeling;

/// <summary>What a reward model is worth on pairs that it was not trained on.</summary>
/// <param name="Accuracy">Share of pairs whose chosen text scores higher; equal scores are wrong.</param>
/// <param name="Interval">Its 95 % interval (Wilson): a model that beats chance has all of it above one half.</param>
/// <param name="Margin">Mean of chosen minus rejected, in raw scores.</param>
/// <param name="Scores">The spread of the scores of both sides, which gives a raw score its scale.</param>
internal sealed record HeldOutFigures(double Accuracy, ConfidenceInterval Interval, double Margin, ScoreStatistics Scores)
{
    /// <summary>The figures of pairs that were scored.</summary>
    /// <param name="chosen">[N] scores, at least one.</param>
    /// <param name="rejected">[N] scores.</param>
    public static HeldOutFigures Of(float[] chosen, float[] rejected)
    {
        double[] right = [.. chosen.Zip(rejected, (better, worse) => better > worse ? 1.0 : 0.0)];
        return new(
            right.Average(),
            ConfidenceInterval.Of(right, k: 1),
            chosen.Zip(rejected, (better, worse) => (double)better - worse).Average(),
            ScoreStatistics.Of([.. chosen, .. rejected]));
    }
}
