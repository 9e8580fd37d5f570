namespace R1Pipeline.Orchestration.Runs;

/// <summary>One run, as the store knows it. Replaced by <see cref="RunTransitions"/>, never changed.</summary>
public sealed record RunState
{
    /// <summary>Run id: short, sorts by time within a pipeline.</summary>
    public required string Id { get; init; }

    /// <summary>The pipeline's name.</summary>
    public required string Pipeline { get; init; }

    /// <summary>Hex SHA-256 of the resolved definition, file hashes included: the same one is continued, not started again.</summary>
    public required string DefinitionSha256 { get; init; }

    /// <summary>Where it stands.</summary>
    public ExecutionState State { get; init; }

    /// <summary>Its turn on the node's slots: the higher one first.</summary>
    public int Priority { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it came to rest.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Process id of its newest owner; only meaningful while the run lock is held.</summary>
    public int? OwnerPid { get; init; }

    /// <summary>Owners so far. A change by an earlier one than the newest is refused, so that one that was stopped for long does no harm when it goes on.</summary>
    public long OwnerNumber { get; init; }

    /// <summary>Whether somebody asked to cancel it.</summary>
    public bool CancelRequested { get; init; }

    /// <summary>Its stages, in file order.</summary>
    public required IReadOnlyList<StageState> Stages { get; init; }

    /// <summary>The stage of that name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public StageState Stage(string name) =>
        Stages.FirstOrDefault(stage => stage.Name == name)
        ?? throw new KeyNotFoundException($"run {Id} has no stage '{name}'; it has {string.Join(", ", Stages.Select(stage => stage.Name))}");
}
