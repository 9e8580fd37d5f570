namespace R1Pipeline.Contracts.Artifacts;

/// <summary>One file of an artifact or a checkpoint.</summary>
/// <param name="Name">Path below the folder, with forward slashes.</param>
/// <param name="Length">Size in bytes.</param>
/// <param name="Sha256">Lower-case hex SHA-256 of the content.</param>
public sealed record FileEntry(string Name, long Length, string Sha256);
