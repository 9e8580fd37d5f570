using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Definition.Binding;

namespace R1Pipeline.Definition.Resolved;

/// <summary>
/// <c>definition.json</c> beside a run: the definition with every default spelled out, and where each value came from.
/// Reads back only what it wrote: text that is not of its shape is an <see cref="InvalidDataException"/>.
/// </summary>
public static class ResolvedDefinition
{
    private const int Schema = 1;

    // Unlike messages, this file spells out options that are null: "no limit" is a value that a reader looks for.
    private static readonly JsonSerializerOptions Indented = new(ContractJson.Indented) { DefaultIgnoreCondition = JsonIgnoreCondition.Never };
    private static readonly JsonSerializerOptions Compact = new(ContractJson.Compact) { DefaultIgnoreCondition = JsonIgnoreCondition.Never };

    /// <summary>The text of <c>definition.json</c>, indented.</summary>
    public static string Write(PipelineDefinition definition, IReadOnlyDictionary<string, string> origins) =>
        JsonSerializer.Serialize(ToFile(definition, origins), Indented) + "\n";

    /// <summary>The definition in the text of a <c>definition.json</c>; each stage's options are of its kind's type.</summary>
    public static PipelineDefinition Read(string json)
    {
        try
        {
            ResolvedFile file = JsonSerializer.Deserialize<ResolvedFile>(json, Indented) ?? throw new InvalidDataException("definition.json holds null");
            if (file.Schema != Schema) throw new InvalidDataException($"definition.json has schema {file.Schema}; this version reads {Schema}");
            // Names become folders: what did not come from the compiler must not lead out of the run's own.
            if (file.Stages.Select(stage => stage.Name).Prepend(file.Name).FirstOrDefault(name => !PipelineName.IsValid(name)) is { } wrong)
            {
                throw new InvalidDataException($"definition.json: '{wrong}' is no name; accepted: {PipelineName.Accepted}");
            }
            return new PipelineDefinition { Name = file.Name, Seed = file.Seed, Data = file.Data, Stages = [.. file.Stages.Select(ToStage)] };
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"definition.json cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Lower-case hex SHA-256 of everything that the user meant, without where it stood: two files with the same hash are the same run.</summary>
    public static string Sha256(PipelineDefinition definition) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(ToFile(definition, origins: null), Compact)));

    private static ResolvedFile ToFile(PipelineDefinition definition, IReadOnlyDictionary<string, string>? origins) => new()
    {
        Schema = Schema,
        Name = definition.Name,
        Seed = definition.Seed,
        Data = definition.Data,
        Stages = [.. definition.Stages.Select(FromStage)],
        Origins = origins is null ? null : new SortedDictionary<string, string>(origins.ToDictionary(), StringComparer.Ordinal),
    };

    private static ResolvedStage FromStage(StageDefinition stage) => new()
    {
        Name = stage.Name,
        Uses = stage.Uses,
        Seed = stage.Seed,
        Inputs = stage.Inputs,
        Data = stage.Data,
        Options = JsonSerializer.SerializeToElement(stage.Options, stage.Options.GetType(), Indented),
        Tasks = new OrderedDictionary<string, EvaluationTaskOptions>(stage.Tasks),
        Gates = stage.Gates,
    };

    private static StageDefinition ToStage(ResolvedStage stage)
    {
        StageKind kind = StageCatalog.Find(stage.Uses) ?? throw new InvalidDataException($"definition.json, stage {stage.Name}: no stage kind '{stage.Uses}'");
        return new StageDefinition
        {
            Name = stage.Name,
            Uses = stage.Uses,
            Seed = stage.Seed,
            Inputs = stage.Inputs,
            Data = stage.Data,
            Options = (StageOptions)stage.Options.Deserialize(kind.Options, Indented)!,
            Tasks = [.. stage.Tasks],
            Gates = stage.Gates,
        };
    }
}
