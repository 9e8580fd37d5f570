using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Orchestration.Status;

/// <summary>A run in <c>status --json</c>. Field names are a stable contract (design.md 6).</summary>
public sealed record RunStatus
{
    /// <summary>Run id.</summary>
    public required string Run { get; init; }

    /// <summary>Pipeline name.</summary>
    public required string Pipeline { get; init; }

    /// <summary>Where it stands: <c>running</c> only while an owner lives, else <c>interrupted</c>.</summary>
    public required ExecutionState State { get; init; }

    /// <summary>Process id of its owner; null: nobody works on it.</summary>
    public required int? OwnerPid { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Its stages, in file order.</summary>
    public required IReadOnlyList<StageStatus> Stages { get; init; }
}
