using System.Text.Json;
using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Data;

namespace R1Pipeline.Contracts.Stages;

/// <summary>How an attempt ended.</summary>
public sealed record StageReport
{
    /// <summary>The output; null when there is none.</summary>
    public ArtifactRef? Artifact { get; init; }

    /// <summary>Null when the stage is done.</summary>
    public StageFailureClass? Failure { get; init; }

    /// <summary>What went wrong and what to do, in a sentence or two; null when the stage is done.</summary>
    public string? Message { get; init; }

    /// <summary>Steps done, over all attempts: equals <see cref="StepsPlanned"/> exactly when the planned work is done.</summary>
    public long StepsDone { get; init; }

    /// <summary>Steps planned.</summary>
    public long StepsPlanned { get; init; }

    /// <summary>Figures of the whole stage, for <c>status --json</c>.</summary>
    public JsonElement? Metrics { get; init; }

    /// <summary>What became of every row.</summary>
    public IReadOnlyList<DataAccount> Data { get; init; } = [];

    /// <summary>Figures of steps after the last checkpoint, committed with the report.</summary>
    public IReadOnlyList<StepMetrics> StepMetrics { get; init; } = [];

    /// <summary>Largest resident set of the worker, in bytes.</summary>
    public long PeakResidentBytes { get; init; }
}
