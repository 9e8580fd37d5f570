using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Contracts.Pipelines;

/// <summary>One line of the stage catalog: what <c>uses:</c> may name, what goes in and what comes out.</summary>
public sealed record StageKind
{
    /// <summary>The word after <c>uses:</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The options type behind <c>with:</c>; a sealed record derived from <see cref="Options.StageOptions"/>.</summary>
    public required Type Options { get; init; }

    /// <summary>What the stage puts out.</summary>
    public required ArtifactKind Output { get; init; }

    /// <summary>Raised whenever the stage's code changes its result for the same options and inputs: it is part of every stage key.</summary>
    public required int Version { get; init; }

    /// <summary>The named inputs.</summary>
    public IReadOnlyList<StageInputSlot> Inputs { get; init; } = [];

    /// <summary>
    /// The row fields that each listed data row needs, as alternatives: a row must have all fields of at least one set.
    /// Empty: the stage takes no data.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<string>> RowFields { get; init; } = [];

    /// <summary>The row fields where they depend on the options; null: they are <see cref="RowFields"/> whatever the options.</summary>
    public Func<StageOptions, IReadOnlyList<IReadOnlyList<string>>?>? RowFieldsByOptions { get; init; }

    /// <summary>The options that mean something only where a stage writes checkpoints.</summary>
    public static IReadOnlyList<string> CheckpointOptions { get; } =
        ["checkpoint-every-steps", "checkpoint-every-seconds", "keep-checkpoints", "keep-best", "keep-best-metric", "keep-best-order", "keep-every"];

    /// <summary>The options that mean something only where a stage computes with a model: those with checkpoints do.</summary>
    public static IReadOnlyList<string> ComputeOptions { get; } = ["device", "precision"];

    /// <summary>The row fields that a stage with these options needs.</summary>
    /// <param name="options">Its options; null: they could not be read.</param>
    public IReadOnlyList<IReadOnlyList<string>> RowFieldsOf(StageOptions? options) => (options is null ? null : RowFieldsByOptions?.Invoke(options)) ?? RowFields;

    /// <summary>Whether the stage has steps or shards to checkpoint; where it has none, <see cref="CheckpointOptions"/> and <see cref="ComputeOptions"/> are refused.</summary>
    public bool HasCheckpoints { get; init; } = true;

    /// <summary>Whether the stage takes <c>tasks:</c> (evaluation).</summary>
    public bool TakesTasks { get; init; }
}
