using R1Pipeline.Contracts.Artifacts;

namespace R1Pipeline.Artifacts;

/// <summary>
/// <c>artifact.json</c>: what an artifact is, and nothing about when, where or by whom it was made. The SHA-256 of these bytes is the artifact's name.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Schema">Version of this file.</param>
/// <param name="Files">Every file, sorted by name (ordinal).</param>
public sealed record ArtifactManifest(ArtifactKind Kind, int Schema, IReadOnlyList<FileEntry> Files);
