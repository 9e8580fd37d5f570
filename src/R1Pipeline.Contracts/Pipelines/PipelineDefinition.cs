using R1Pipeline.Contracts.Data;

namespace R1Pipeline.Contracts.Pipelines;

/// <summary>A pipeline as the user meant it: valid, immutable, every default spelled out, paths absolute.</summary>
public sealed record PipelineDefinition
{
    /// <summary>The file's <c>name:</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The file's <c>seed:</c>.</summary>
    public required long Seed { get; init; }

    /// <summary>Data sources, in file order.</summary>
    public required IReadOnlyList<DataSourceDefinition> Data { get; init; }

    /// <summary>Stages, in file order.</summary>
    public required IReadOnlyList<StageDefinition> Stages { get; init; }
}
