using R1Pipeline.Stages.Gates;
using R1Pipeline.Training.Model;

namespace R1Pipeline.Stages.RewardModeling;

/// <summary>What a reward model is worth on held-out examples.</summary>
/// <param name="Scores">The spread of its scores, stored beside it.</param>
/// <param name="Metrics">Figures for the stage's report.</param>
/// <param name="Gate">The gate of its objective; null: none was asked for.</param>
internal sealed record RewardMeasurement(ScoreStatistics Scores, IReadOnlyDictionary<string, object> Metrics, GateOutcome? Gate);
