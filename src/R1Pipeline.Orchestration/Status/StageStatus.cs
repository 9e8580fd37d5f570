using System.Text.Json;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Orchestration.Status;

/// <summary>A stage in <c>status --json</c>. Field names are a stable contract (design.md 6).</summary>
public sealed record StageStatus
{
    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Kind.</summary>
    public required string Uses { get; init; }

    /// <summary>Where it stands.</summary>
    public required ExecutionState State { get; init; }

    /// <summary>Whether its result came from an earlier run.</summary>
    public required bool Cached { get; init; }

    /// <summary>Worker processes that were started.</summary>
    public required int Attempts { get; init; }

    /// <summary>Steps done.</summary>
    public required long StepsDone { get; init; }

    /// <summary>Steps planned.</summary>
    public required long StepsPlanned { get; init; }

    /// <summary>Steps computed over all attempts, repeated ones included.</summary>
    public required long StepsExecuted { get; init; }

    /// <summary>The step that each attempt after the first went on from.</summary>
    public required IReadOnlyList<long> ResumedFrom { get; init; }

    /// <summary>The run whose checkpoint the newest attempt that borrowed one went on from; null: none did.</summary>
    public string? BorrowedFrom { get; init; }

    /// <summary>The output.</summary>
    public ArtifactStatus? Artifact { get; init; }

    /// <summary>Figures of the whole stage, names in snake case.</summary>
    public required JsonElement Metrics { get; init; }

    /// <summary>Signs that its reward may be fooled, over all committed steps; empty outside RL.</summary>
    public IReadOnlyList<StageAlarm> Alarms { get; init; } = [];

    /// <summary>What became of every row.</summary>
    public required IReadOnlyList<DataAccount> Data { get; init; }

    /// <summary>What it does now.</summary>
    public string? Phase { get; init; }

    /// <summary>Why it stopped.</summary>
    public string? Failure { get; init; }

    /// <summary>The failure in words.</summary>
    public string? Message { get; init; }

    /// <summary>Time that its workers lived, in seconds; null: not computed by this run.</summary>
    public double? WallSeconds { get; init; }

    /// <summary>Largest resident set of its workers, in bytes.</summary>
    public long PeakResidentBytes { get; init; }
}
