using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;

namespace R1Pipeline.Orchestration.Planning;

/// <summary>
/// The content key of a stage: the hash of everything that can change its result, and of nothing else. Gates and limits stand beside it:
/// they do not change a result but decide whether it may be taken over.
/// </summary>
/// <param name="Sha256">Hex SHA-256 of <paramref name="Parts"/>.</param>
/// <param name="Parts">Canonical JSON: name, kind, code version, seed, options inside the key, tasks, data, input artifacts.</param>
/// <param name="Limits">Canonical JSON: gates (with the data they are measured on) and limit options that are set.</param>
public sealed record StageKey(string Sha256, string Parts, string Limits)
{
    /// <summary>Computes the key of a stage whose inputs are known.</summary>
    /// <param name="definition">The pipeline; local files carry their hashes.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="output">The artifact of a stage that this one takes as input.</param>
    /// <param name="folderSha256">Fingerprint of the folder that an import-model stage reads.</param>
    public static StageKey Of(PipelineDefinition definition, StageDefinition stage, Func<string, ArtifactRef> output, Func<string, string> folderSha256)
    {
        var kind = StageCatalog.Find(stage.Uses) ?? throw new InvalidOperationException($"stage kind '{stage.Uses}' is not in the catalog");
        var sources = definition.Data.ToDictionary(source => source.Name);
        var options = Pick(stage.Options, outside: false);
        // The folder's content counts, not where it lies.
        if (stage.Options is ImportModelOptions import) options["path"] = folderSha256(import.Path);

        var used = stage.Data.Concat(stage.Tasks.Select(task => task.Value.Data)).Where(sources.ContainsKey).Distinct();
        string parts = Canonical(new JsonObject
        {
            ["name"] = stage.Name,
            ["uses"] = stage.Uses,
            ["version"] = kind.Version,
            ["seed"] = stage.Seed,
            ["options"] = options,
            ["inputs"] = new JsonObject(stage.Inputs.Select((input, i) => Pair($"{i}:{input.Role}:{input.Name}:{input.Stage}", $"{output(input.Stage).Kind}:{output(input.Stage).Sha256}"))),
            ["data"] = new JsonArray([.. stage.Data.Select(name => (JsonNode)name)]),
            ["sources"] = new JsonObject(used.Select(name => KeyValuePair.Create(name, (JsonNode?)Source(sources[name])))),
            ["tasks"] = new JsonObject(stage.Tasks.Select((task, i) => KeyValuePair.Create($"{i}:{task.Key}", JsonSerializer.SerializeToNode(task.Value, ContractJson.Compact)))),
        });
        return new StageKey(Artifacts.Sha256.OfText(parts), parts, LimitsOf(stage, sources));
    }

    private static string LimitsOf(StageDefinition stage, Dictionary<string, DataSourceDefinition> sources)
    {
        var limits = Pick(stage.Options, outside: true);
        foreach (string name in limits.Where(limit => limit.Value is null).Select(limit => limit.Key).ToList()) limits.Remove(name);
        limits["gates"] = new JsonArray([.. stage.Gates.Select(gate =>
        {
            var node = JsonSerializer.SerializeToNode(gate, ContractJson.Compact)!.AsObject();
            if (gate.Data is { } data && sources.TryGetValue(data, out var source)) node["source"] = Source(source);
            return (JsonNode)node;
        })]);
        return Canonical(limits);
    }

    private static JsonObject Source(DataSourceDefinition source)
    {
        if (source.Path is not null && source.Sha256 is null) throw new InvalidOperationException($"source {source.Name} was not hashed");
        return JsonSerializer.SerializeToNode(source with { Path = null }, ContractJson.Compact)!.AsObject();
    }

    /// <summary>Options inside the key, or (<paramref name="outside"/>) the limits among those outside it.</summary>
    private static JsonObject Pick(object options, bool outside)
    {
        var picked = new JsonObject();
        foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite))
        {
            var mark = property.GetCustomAttribute<OutsideKeyAttribute>();
            if (outside ? mark is not { IsLimit: true } : mark is not null) continue;
            object? value = property.GetValue(options);
            if (value is null && property.IsDefined(typeof(AbsentFromKeyWhenNullAttribute))) continue;
            JsonNode? node = value is not null ? JsonSerializer.SerializeToNode(value, property.PropertyType, ContractJson.Compact) : null;
            if (node is JsonObject nested) RemoveAbsent(nested, value!);
            picked[JsonNamingPolicy.KebabCaseLower.ConvertName(property.Name)] = node;
        }
        return picked;
    }

    private static void RemoveAbsent(JsonObject node, object options)
    {
        foreach (var property in options.GetType().GetProperties().Where(property =>
            property.IsDefined(typeof(OutsideKeyAttribute)) || (property.IsDefined(typeof(AbsentFromKeyWhenNullAttribute)) && property.GetValue(options) is null)))
            _ = node.Remove(ContractJson.Compact.PropertyNamingPolicy!.ConvertName(property.Name));
    }

    private static KeyValuePair<string, JsonNode?> Pair(string key, string value) => KeyValuePair.Create(key, (JsonNode?)value);

    /// <summary>Compact JSON with the members of every object in ordinal order.</summary>
    private static string Canonical(JsonNode node) => Sorted(node)!.ToJsonString(ContractJson.Compact);

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => KeyValuePair.Create(member.Key, Sorted(member.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
