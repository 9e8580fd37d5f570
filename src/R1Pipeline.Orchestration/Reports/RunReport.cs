namespace R1Pipeline.Orchestration.Reports;

/// <summary>All that a report shows of a run, gathered before a word of it is written. Holds figures and texts, never a path to read later.</summary>
public sealed record RunReport
{
    /// <summary>Run id.</summary>
    public required string Run { get; init; }

    /// <summary>The pipeline's name.</summary>
    public required string Pipeline { get; init; }

    /// <summary>State of the run, as in <c>status --json</c>.</summary>
    public required string State { get; init; }

    /// <summary>The file's seed.</summary>
    public required long Seed { get; init; }

    /// <summary>Hex SHA-256 of the resolved definition.</summary>
    public required string DefinitionSha256 { get; init; }

    /// <summary>The machine in words: system, cores, memory.</summary>
    public required string Machine { get; init; }

    /// <summary>When the run was created.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When this report was written.</summary>
    public required DateTimeOffset Written { get; init; }

    /// <summary>Every stage of the pipeline, in file order.</summary>
    public required IReadOnlyList<StageSection> Stages { get; init; }
}
