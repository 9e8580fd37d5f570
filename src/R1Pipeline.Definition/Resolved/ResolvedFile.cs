using R1Pipeline.Contracts.Data;

namespace R1Pipeline.Definition.Resolved;

/// <summary>The shape of <c>definition.json</c>.</summary>
internal sealed record ResolvedFile
{
    /// <summary>Version of the shape.</summary>
    public required int Schema { get; init; }

    public required string Name { get; init; }

    public required long Seed { get; init; }

    public required IReadOnlyList<DataSourceDefinition> Data { get; init; }

    public required IReadOnlyList<ResolvedStage> Stages { get; init; }

    /// <summary>Dotted path → where the value came from; null while hashing.</summary>
    public SortedDictionary<string, string>? Origins { get; init; }
}
