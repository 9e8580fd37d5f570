namespace R1Pipeline.Orchestration.Pruning;

/// <summary>What a clean-up dropped, or would drop.</summary>
/// <param name="Dropped">The checkpoints that go, by stage and step.</param>
/// <param name="Spared">Stages that were left alone, and why.</param>
public sealed record PruneOutcome(IReadOnlyList<PrunedCheckpoint> Dropped, IReadOnlyList<(string Stage, string Why)> Spared);
