using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Safetensors;
using R1Pipeline.Training.Model;

namespace R1Pipeline.Training.Weights;

/// <summary>
/// PEFT's <c>adapter_config.json</c>. Refuses an adapter that is more than A and B beside projections, and the score head of a reward model, by the key that says so.
/// </summary>
internal static class PeftConfig
{
    public const string FileName = "adapter_config.json";

    private const string Score = "score", Classifier = "classifier";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Keys that are read here, and those that say nothing about the numbers.</summary>
    private static readonly HashSet<string> Known =
    [
        "r", "lora_alpha", "lora_dropout", "target_modules", "modules_to_save", "use_rslora", "peft_type", "bias",
        "auto_mapping", "base_model_name_or_path", "inference_mode", "init_lora_weights", "loftq_config", "megatron_core", "peft_version", "qalora_group_size", "revision", "task_type",
    ];

    /// <summary>Ways to begin that leave the base as it is. The others (PiSSA, OLoRA, CorDA, LoftQ) take a part of it away: the adapter belongs to another base then.</summary>
    private static readonly HashSet<string> BeginningsOnTheSameBase = ["gaussian", "orthogonal", "eva"];

    /// <summary>Reads it.</summary>
    /// <exception cref="StageFailedException">UserData: no config of a LoRA adapter, or one of a kind that is not computed here.</exception>
    public static LoraOptions Read(string directory, DecoderHead head)
    {
        string path = Path.Combine(directory, FileName);
        using JsonDocument document = ModelJson.Read(path);
        var keys = new ConfigKeys(path, document.RootElement);
        if (keys.OptionalText("peft_type") is not "LORA") throw keys.Wrong("peft_type", "accepted: \"LORA\"");
        if (keys.OptionalText("bias") is not (null or "none")) throw keys.Wrong("bias", "accepted: \"none\"");
        foreach (string key in keys.Names.Where(key => !Known.Contains(key) && !IsOff(keys.Find(key)!.Value))) throw keys.Wrong(key, "it is not supported here: leave it out");
        if (keys.Find("init_lora_weights") is { ValueKind: not (JsonValueKind.True or JsonValueKind.False) } beginning && !BeginningsOnTheSameBase.Contains(beginning.ToString()))
            throw keys.Wrong("init_lora_weights", "it changes the weights of the base: convert the adapter to plain LoRA (PEFT's save_pretrained with path_initial_model_for_weight_conversion)");
        if (!IsHead(keys.Find("modules_to_save"), head)) throw keys.Wrong("modules_to_save", head == DecoderHead.Score ? "[\"score\"] is expected: the head of a reward model" : "only A and B are expected beside this model: leave it out");
        return new LoraOptions
        {
            Rank = keys.Size("r"),
            Alpha = keys.Positive("lora_alpha"),
            Dropout = keys.OptionalNumber("lora_dropout") is var dropout && dropout is null or (>= 0 and <= 1) ? dropout ?? 0 : throw keys.Wrong("lora_dropout", "a number from 0 to 1 is expected"),
            RankStabilized = keys.BooleanOr("use_rslora", false),
            Targets = keys.Find("target_modules") is { ValueKind: JsonValueKind.Array } names && names.EnumerateArray().All(name => name.ValueKind == JsonValueKind.String)
                ? [.. names.EnumerateArray().Select(name => name.GetString()!)]
                : throw keys.Wrong("target_modules", "a list of module names is expected"),
        };
    }

    /// <summary>Writes it.</summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="directory">The folder.</param>
    /// <param name="baseModel">What the adapter belongs to; null: it is not said.</param>
    public static void Write(LoraAdapter adapter, string directory, string? baseModel)
    {
        LoraOptions options = adapter.Options;
        var config = new JsonObject
        {
            ["base_model_name_or_path"] = baseModel,
            ["bias"] = "none",
            ["fan_in_fan_out"] = false,
            ["inference_mode"] = true,
            ["lora_alpha"] = options.Alpha,
            ["lora_dropout"] = options.Dropout,
            ["peft_type"] = "LORA",
            ["r"] = options.Rank,
            ["target_modules"] = new JsonArray([.. adapter.Targets.Select(LoraTargets.NameOf).Distinct().Order(StringComparer.Ordinal).Select(name => (JsonNode)name)]),
            ["task_type"] = adapter.HasScore ? "SEQ_CLS" : "CAUSAL_LM",
            ["use_rslora"] = options.RankStabilized,
        };
        if (adapter.HasScore) config["modules_to_save"] = new JsonArray(Score);
        File.WriteAllText(Path.Combine(directory, FileName), config.ToJsonString(Indented) + "\n");
    }

    // PEFT lists "classifier" too, for models that call their head that; there is no such module here.
    private static bool IsHead(JsonElement? modules, DecoderHead head) => head == DecoderHead.Score
        ? modules is { ValueKind: JsonValueKind.Array } names && names.EnumerateArray().Select(name => name.ToString()).Contains(Score) && names.EnumerateArray().All(name => name.ToString() is Score or Classifier)
        : modules is not { } other || IsOff(other);

    private static bool IsOff(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.False => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => false,
    };
}
