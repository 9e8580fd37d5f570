namespace R1Pipeline.Orchestration.Pruning;

/// <summary>A checkpoint that goes.</summary>
/// <param name="Stage">Stage name.</param>
/// <param name="Step">Steps done in it.</param>
/// <param name="Folder">Its folder, absolute.</param>
/// <param name="Bytes">Size of its files; some of them may live on under the name of another checkpoint.</param>
public sealed record PrunedCheckpoint(string Stage, long Step, string Folder, long Bytes);
