namespace R1Pipeline.Orchestration.Status;

/// <summary>An output in <c>status --json</c>.</summary>
/// <param name="Kind">Kind, in the words of the pipeline file.</param>
/// <param name="Sha256">Content hash.</param>
/// <param name="Path">Absolute path of its folder.</param>
public sealed record ArtifactStatus(string Kind, string Sha256, string Path);
