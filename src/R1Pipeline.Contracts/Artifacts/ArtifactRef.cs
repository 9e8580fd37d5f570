namespace R1Pipeline.Contracts.Artifacts;

/// <summary>The only thing that crosses from stage to stage: a kind and a content hash.</summary>
/// <param name="Kind">What the artifact is.</param>
/// <param name="Sha256">Lower-case hex SHA-256 of the artifact's <c>artifact.json</c>, which lists every file with its own hash.</param>
public sealed record ArtifactRef(ArtifactKind Kind, string Sha256);
