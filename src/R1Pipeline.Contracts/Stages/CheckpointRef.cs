namespace R1Pipeline.Contracts.Stages;

/// <summary>A committed checkpoint.</summary>
/// <param name="Step">Steps done when it was made.</param>
/// <param name="Directory">Its folder, absolute.</param>
/// <param name="Sha256">Hex SHA-256 of its <c>manifest.json</c>.</param>
/// <param name="Bytes">Size of its files.</param>
public sealed record CheckpointRef(long Step, string Directory, string Sha256, long Bytes);
