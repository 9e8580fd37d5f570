using System.Text.Json;
using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Orchestration.Runs;

/// <summary>A finished computation of a stage key, wherever it was done.</summary>
public sealed record KeyResult(
    string Run, string Stage, ExecutionState State, StageFailureClass? Failure, string? Message, string? Limits, ArtifactRef Artifact,
    JsonElement? Metrics, IReadOnlyList<DataAccount> Data, long StepsDone, long StepsPlanned)
{
    /// <summary>Whether missed gates were accepted there: that holds for that run alone.</summary>
    public bool Accepted { get; init; }
}
