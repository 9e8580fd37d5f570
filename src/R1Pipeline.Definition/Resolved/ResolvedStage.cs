using System.Text.Json;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;

namespace R1Pipeline.Definition.Resolved;

/// <summary>One stage in <c>definition.json</c>: as <see cref="StageDefinition"/>, with the options as JSON of the kind's type and the tasks as an object in file order.</summary>
internal sealed record ResolvedStage
{
    public required string Name { get; init; }

    public required string Uses { get; init; }

    public required long Seed { get; init; }

    public required IReadOnlyList<StageInput> Inputs { get; init; }

    public required IReadOnlyList<string> Data { get; init; }

    public required JsonElement Options { get; init; }

    public required OrderedDictionary<string, EvaluationTaskOptions> Tasks { get; init; }

    public required IReadOnlyList<GateOptions> Gates { get; init; }
}
