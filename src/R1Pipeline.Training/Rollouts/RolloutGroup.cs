namespace R1Pipeline.Training.Rollouts;

/// <summary>The G outputs of one question, by sample number.</summary>
public sealed record RolloutGroup(RlQuestion Question, IReadOnlyList<Rollout> Rollouts);
