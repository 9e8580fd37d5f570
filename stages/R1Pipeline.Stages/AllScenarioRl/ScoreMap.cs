using R1Pipeline.Contracts.Options;
using R1Pipeline.Training.Model;

namespace R1Pipeline.Stages.AllScenarioRl;

/// <summary>How raw scores of one reward model become rewards (<see cref="RewardModelMap"/>).</summary>
/// <param name="Kind">The map.</param>
/// <param name="Statistics">Mean and deviation of its held-out scores.</param>
/// <param name="Scale">Of the sigmoid.</param>
/// <param name="Clip">Of the clipped map, in deviations.</param>
internal sealed record ScoreMap(RewardModelMap Kind, ScoreStatistics Statistics, double Scale, double Clip)
{
    private const double DefaultClip = 3;

    /// <summary>The map that the options ask for; where they leave it open, the one that fits what the model was trained to say.</summary>
    public static ScoreMap Of(AllScenarioRlOptions options, ScoreStatistics statistics) => new(
        options.RewardModelMap ?? (statistics.Objective == RewardObjective.Pointwise ? RewardModelMap.Probability : RewardModelMap.Sigmoid),
        statistics,
        options.RewardModelScale,
        options.RewardModelClip ?? DefaultClip);

    /// <summary>The lowest reward; null: there is none.</summary>
    public double? Floor => Kind switch
    {
        RewardModelMap.Sigmoid or RewardModelMap.Probability => 0,
        RewardModelMap.Clipped => -Clip,
        _ => null,
    };

    /// <summary>The map in figures, for the report.</summary>
    public IReadOnlyDictionary<string, object> ToMetrics()
    {
        var metrics = new Dictionary<string, object> { ["map"] = Kind, ["score_mean"] = Statistics.Mean, ["score_std"] = Statistics.StandardDeviation };
        if (Kind == RewardModelMap.Sigmoid) metrics["scale"] = Scale;
        if (Kind == RewardModelMap.Clipped) metrics["clip"] = Clip;
        return metrics;
    }

    /// <summary>The reward of a raw score.</summary>
    public double Reward(double score)
    {
        double standard = (score - Statistics.Mean) / Statistics.StandardDeviation;
        return Kind switch
        {
            RewardModelMap.Sigmoid => 1 / (1 + Math.Exp(-Scale * (score - Statistics.Mean) / Statistics.StandardDeviation)),
            RewardModelMap.Probability => 1 / (1 + Math.Exp(-score)),
            RewardModelMap.Standardized => standard,
            RewardModelMap.Clipped => Math.Clamp(standard, -Clip, Clip),
            _ => score,
        };
    }
}
