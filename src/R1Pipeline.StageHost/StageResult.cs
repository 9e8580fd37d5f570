using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Data;

namespace R1Pipeline.StageHost;

/// <summary>What a stage that did all its work hands over.</summary>
/// <param name="Artifact">Its output, committed with <see cref="StageContext.CommitArtifact"/>.</param>
/// <param name="Metrics">Figures of the whole stage; serialised with <see cref="R1Pipeline.Contracts.ContractJson"/> for <c>status --json</c>.</param>
/// <param name="Data">What became of every row.</param>
public sealed record StageResult(ArtifactRef Artifact, object Metrics, IReadOnlyList<DataAccount> Data);
