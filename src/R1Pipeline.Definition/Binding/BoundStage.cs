using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Definition.Documents;

namespace R1Pipeline.Definition.Binding;

/// <summary>A stage as bound: its own values are read, its names are not yet looked up.</summary>
/// <param name="Name">The key under <c>stages:</c>.</param>
/// <param name="Mark">Where the key stands.</param>
internal sealed record BoundStage(string Name, SourceMark Mark)
{
    /// <summary>The kind; null when <c>uses</c> is missing or unknown (reported): the stage is then only a name.</summary>
    public StageKind? Kind { get; init; }

    /// <summary>The stage's seed.</summary>
    public long Seed { get; init; }

    /// <summary>Its options; null without a kind.</summary>
    public BoundOptions? Options { get; init; }

    /// <summary>Names in its slots and under <c>data:</c>, in file order.</summary>
    public IReadOnlyList<StageReference> References { get; init; } = [];

    /// <summary>Its tasks.</summary>
    public IReadOnlyList<BoundTask> Tasks { get; init; } = [];

    /// <summary>Its gates.</summary>
    public IReadOnlyList<BoundOptions> Gates { get; init; } = [];

    /// <summary>The stage in the words of the messages.</summary>
    public string Words => $"stage '{Name}'";
}
