using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Contracts.Pipelines;

/// <summary>One stage as the user meant it: valid, every default spelled out.</summary>
public sealed record StageDefinition
{
    /// <summary>The key under <c>stages:</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The stage kind (see <see cref="StageCatalog"/>).</summary>
    public required string Uses { get; init; }

    /// <summary>Seed of this stage's random draws: its own <c>seed:</c>, else the file's.</summary>
    public required long Seed { get; init; }

    /// <summary>Inputs that are outputs of other stages, datasets among <c>data:</c> included; in file order.</summary>
    public IReadOnlyList<StageInput> Inputs { get; init; } = [];

    /// <summary>Names listed under <c>data:</c>, in order: sources and dataset stages alike.</summary>
    public IReadOnlyList<string> Data { get; init; } = [];

    /// <summary>Options, of the catalog's type.</summary>
    public required StageOptions Options { get; init; }

    /// <summary>Evaluation tasks by name, in file order.</summary>
    public IReadOnlyList<KeyValuePair<string, EvaluationTaskOptions>> Tasks { get; init; } = [];

    /// <summary>Gates on the stage's own output.</summary>
    public IReadOnlyList<GateOptions> Gates { get; init; } = [];
}
