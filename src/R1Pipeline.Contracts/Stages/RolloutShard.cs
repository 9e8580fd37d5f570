namespace R1Pipeline.Contracts.Stages;

/// <summary>The rollouts of one iteration: a JSON Lines file of <see cref="RolloutRecord"/> in the stage folder.</summary>
/// <param name="Iteration">Iteration, from 1.</param>
/// <param name="Path">Absolute path.</param>
/// <param name="Sha256">Hex SHA-256 of the file.</param>
/// <param name="NumRollouts">Lines in it.</param>
public sealed record RolloutShard(long Iteration, string Path, string Sha256, long NumRollouts);
