using R1Pipeline.Contracts.Artifacts;

namespace R1Pipeline.Contracts.Stages;

/// <summary>An input artifact that lies ready for a stage.</summary>
/// <param name="Role">The input slot.</param>
/// <param name="Name">The name inside the slot.</param>
/// <param name="Stage">The stage that made it.</param>
/// <param name="Artifact">Kind and content hash.</param>
/// <param name="Directory">Absolute path of its folder.</param>
public sealed record StageArtifact(string Role, string Name, string Stage, ArtifactRef Artifact, string Directory);
