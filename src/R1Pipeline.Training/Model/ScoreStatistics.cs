using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Training.Model;

/// <summary>How a reward model's scores spread on held-out texts: what turns a raw score into a reward of known scale.</summary>
/// <param name="Mean">Mean score.</param>
/// <param name="StandardDeviation">Population standard deviation.</param>
public sealed record ScoreStatistics(double Mean, double StandardDeviation)
{
    /// <summary>What the model was trained to say; null: which of two responses is better.</summary>
    public RewardObjective? Objective { get; init; }

    /// <summary>The statistics of some scores.</summary>
    public static ScoreStatistics Of(IReadOnlyCollection<float> scores)
    {
        double mean = scores.Average(score => (double)score);
        return new ScoreStatistics(mean, Math.Sqrt(scores.Average(score => (score - mean) * (score - mean))));
    }
}
