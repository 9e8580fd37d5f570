using System.Text.Json;
using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Orchestration.Reports;

/// <summary>What a report shows of one stage. A stage that has not run yet has its definition's fields and nothing else.</summary>
public sealed record StageSection
{
    /// <summary>Stage name.</summary>
    public required string Name { get; init; }

    /// <summary>Stage kind.</summary>
    public required string Uses { get; init; }

    /// <summary>State, as in <c>status --json</c>.</summary>
    public required string State { get; init; }

    /// <summary>Inputs that are outputs of other stages.</summary>
    public IReadOnlyList<StageInput> Inputs { get; init; } = [];

    /// <summary>Names listed under <c>data:</c>.</summary>
    public IReadOnlyList<string> DataNames { get; init; } = [];

    /// <summary>Seed of its draws.</summary>
    public long Seed { get; init; }

    /// <summary>CPU threads that it computes with.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Whether an earlier run's output was taken.</summary>
    public bool Cached { get; init; }

    /// <summary>What went wrong; null when nothing did.</summary>
    public string? Message { get; init; }

    /// <summary>Every attempt, in order.</summary>
    public IReadOnlyList<AttemptLine> Attempts { get; init; } = [];

    /// <summary>Steps done, over all attempts.</summary>
    public long StepsDone { get; init; }

    /// <summary>Steps planned; 0: not known.</summary>
    public long StepsPlanned { get; init; }

    /// <summary>Steps computed, those that a resume repeated included.</summary>
    public long StepsExecuted { get; init; }

    /// <summary>Time from the first attempt's start to the last one's end, pauses left out; null: did not run.</summary>
    public TimeSpan? Wall { get; init; }

    /// <summary>Largest resident set of a worker, in bytes; 0: not measured.</summary>
    public long PeakResidentBytes { get; init; }

    /// <summary>Figures of the whole stage, as in <c>status --json</c>.</summary>
    public JsonElement? Metrics { get; init; }

    /// <summary>What became of every row.</summary>
    public IReadOnlyList<DataAccount> Data { get; init; } = [];

    /// <summary>Gates and what was measured for them.</summary>
    public IReadOnlyList<GateLine> Gates { get; init; } = [];

    /// <summary>Figures of every committed step, ascending.</summary>
    public IReadOnlyList<StepMetrics> Steps { get; init; } = [];

    /// <summary>Outputs to look at.</summary>
    public IReadOnlyList<SampleOutput> Samples { get; init; } = [];

    /// <summary>The output; null when there is none.</summary>
    public ArtifactRef? Artifact { get; init; }
}
