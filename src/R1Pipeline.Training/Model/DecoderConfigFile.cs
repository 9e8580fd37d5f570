using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Safetensors;
using R1Pipeline.Data.Tokenizers;
using R1Pipeline.Training.Weights;

namespace R1Pipeline.Training.Model;

/// <summary>
/// Reads and writes Hugging Face's <c>config.json</c>. Refuses an unknown architecture, and every key whose value would change the numbers in a way that is
/// not computed here (<see cref="UnsupportedKeys"/>), by its name.
/// </summary>
public static class DecoderConfigFile
{
    private const string FileName = "config.json", ScoreSuffix = "ForSequenceClassification";

    // Of the keys that are not written, those that a written model would contradict: its code and its layers for multi-token prediction are gone, and rope and type have other names.
    private static readonly string[] NotKept = ["auto_map", "dtype", "id2label", "label2id", "layer_types", "num_nextn_predict_layers", "partial_rotary_factor", "rope_parameters"];

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static readonly (DecoderFamily Family, string ModelType, string ClassPrefix)[] Families =
    [
        (DecoderFamily.Qwen2, "qwen2", "Qwen2"),
        (DecoderFamily.Qwen3, "qwen3", "Qwen3"),
        (DecoderFamily.Llama, "llama", "Llama"),
        (DecoderFamily.DeepseekV3, "deepseek_v3", "DeepseekV3"),
    ];

    /// <summary>Reads <c>config.json</c> of a model folder.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="head">The head that is expected.</param>
    /// <exception cref="StageFailedException">UserData: missing, not JSON, another architecture, or an unsupported key.</exception>
    public static DecoderConfig Read(string directory, DecoderHead head = DecoderHead.Vocabulary)
    {
        string path = Path.Combine(directory, FileName);
        using JsonDocument document = ModelJson.Read(path);
        var keys = new ConfigKeys(path, document.RootElement);
        DecoderFamily family = FamilyOf(keys, head);
        UnsupportedKeys.Refuse(keys, family);
        DecoderConfig config = Read(keys, family);
        return config.Problem() is { } problem ? throw keys.Wrong(problem) : config with { OtherKeys = OtherKeys(document.RootElement, Keys(config, head, WeightType.Float32)) };
    }

    /// <summary>The head that a model folder's architecture has; a language model's where it does not say.</summary>
    /// <exception cref="StageFailedException">UserData: missing, or not JSON.</exception>
    internal static DecoderHead HeadOf(string directory)
    {
        using JsonDocument document = ModelJson.Read(Path.Combine(directory, FileName));
        bool scores = document.RootElement.TryGetProperty("architectures", out JsonElement list) && list.ValueKind == JsonValueKind.Array
            && list.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.String && item.GetString()!.EndsWith(ScoreSuffix, StringComparison.Ordinal));
        return scores ? DecoderHead.Score : DecoderHead.Vocabulary;
    }

    /// <summary>Writes <c>config.json</c>; the same config gives the same bytes.</summary>
    public static void Write(DecoderConfig config, string directory, DecoderHead head = DecoderHead.Vocabulary, WeightType type = WeightType.Float32)
    {
        JsonObject json = Keys(config, head, type);
        foreach (var (key, value) in JsonNode.Parse(config.OtherKeys)!.AsObject()) _ = json.TryAdd(key, value?.DeepClone());
        json = Sorted(json);
        if (head == DecoderHead.Score)
        {
            json["id2label"] = new JsonObject { ["0"] = "LABEL_0" };
            json["label2id"] = new JsonObject { ["LABEL_0"] = 0 };
        }

        File.WriteAllText(Path.Combine(directory, FileName), json.ToJsonString(Indented) + "\n");
    }

    /// <summary>The keys that are read here, or that other software does not do without.</summary>
    private static JsonObject Keys(DecoderConfig config, DecoderHead head, WeightType type)
    {
        var (_, modelType, _) = Families.Single(known => known.Family == config.Family);
        var json = new JsonObject
        {
            ["architectures"] = new JsonArray(ArchitectureOf(config.Family, head)),
            ["attention_dropout"] = 0.0,
            ["bos_token_id"] = config.BosTokenId,
            ["eos_token_id"] = GenerationConfigFile.EndValue(config.EndTokenIds),
            ["head_dim"] = config.HeadSize,
            ["hidden_act"] = "silu",
            ["hidden_size"] = config.HiddenSize,
            ["intermediate_size"] = config.IntermediateSize,
            ["model_type"] = modelType,
            ["num_attention_heads"] = config.NumHeads,
            ["num_hidden_layers"] = config.NumLayers,
            ["num_key_value_heads"] = config.NumKvHeads,
            ["pad_token_id"] = config.PadTokenId,
            ["rms_norm_eps"] = config.RmsNormEps,
            ["tie_word_embeddings"] = config.TiedEmbeddings,
            ["torch_dtype"] = type.TorchName(),
            ["vocab_size"] = config.VocabularySize,
        };
        foreach (string unset in json.Where(pair => pair.Value is null).Select(pair => pair.Key).ToList()) _ = json.Remove(unset);
        RopeKeys.Write(json, config);
        if (config.Family is DecoderFamily.Qwen2 or DecoderFamily.Qwen3) json["use_sliding_window"] = false;
        if (config.Family != DecoderFamily.Qwen2) json["attention_bias"] = false;
        if (config.Family == DecoderFamily.Llama) json["mlp_bias"] = false;
        DeepseekV3Keys.Write(json, config);
        return json;
    }

    private static string OtherKeys(JsonElement read, JsonObject written) => Sorted(new JsonObject(read.EnumerateObject()
        .Where(property => !written.ContainsKey(property.Name) && !NotKept.Contains(property.Name))
        .Select(property => KeyValuePair.Create(property.Name, JsonNode.Parse(property.Value.GetRawText()))))).ToJsonString();

    private static JsonObject Sorted(JsonObject json) => new(json.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));

    private static DecoderConfig Read(ConfigKeys keys, DecoderFamily family)
    {
        int hidden = keys.Size("hidden_size"), heads = keys.Size("num_attention_heads");
        var (theta, scaling, context) = RopeKeys.Read(keys);
        return new DecoderConfig
        {
            Family = family,
            VocabularySize = keys.Size("vocab_size"),
            HiddenSize = hidden,
            NumLayers = keys.Size("num_hidden_layers"),
            NumHeads = heads,
            NumKvHeads = keys.OptionalSize("num_key_value_heads") ?? heads,
            HeadSize = family == DecoderFamily.DeepseekV3 ? keys.Size("qk_rope_head_dim") : HeadSize(keys, hidden, heads),
            IntermediateSize = keys.Size("intermediate_size"),
            ContextTokens = context,
            RopeTheta = theta,
            RopeScaling = scaling,
            LatentAttention = family == DecoderFamily.DeepseekV3 ? DeepseekV3Keys.LatentAttention(keys, heads) : null,
            Experts = family == DecoderFamily.DeepseekV3 ? DeepseekV3Keys.Experts(keys) : null,
            RmsNormEps = keys.PositiveOr("rms_norm_eps", 1e-6) is < 1 and var epsilon ? epsilon : throw keys.Wrong("rms_norm_eps", "less than 1 is expected"),
            TiedEmbeddings = keys.BooleanOr("tie_word_embeddings", false),
            BosTokenId = keys.TokenId("bos_token_id"),
            EosTokenId = keys.TokenId("eos_token_id"),
            OtherEndTokenIds = keys.OtherTokenIds("eos_token_id"),
            PadTokenId = keys.TokenId("pad_token_id"),
        };
    }

    private static int HeadSize(ConfigKeys keys, int hidden, int heads) => keys.OptionalSize("head_dim")
        ?? (hidden % heads == 0 ? hidden / heads : throw keys.Wrong($"hidden_size {hidden} is not a multiple of num_attention_heads {heads}, and head_dim is not given"));

    private static DecoderFamily FamilyOf(ConfigKeys keys, DecoderHead head)
    {
        string? type = keys.OptionalText("model_type");
        if (Families.All(known => known.ModelType != type))
            throw keys.Wrong("model_type", $"accepted: {string.Join(", ", Families.Select(known => known.ModelType))}");
        DecoderFamily family = Families.Single(known => known.ModelType == type).Family;
        string architecture = ArchitectureOf(family, head);
        if (keys.Find("architectures") is { } list
            && (list.ValueKind != JsonValueKind.Array || !list.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.String && item.GetString() == architecture)))
            throw keys.Wrong("architectures", $"accepted here: {architecture}");
        return family;
    }

    private static string ArchitectureOf(DecoderFamily family, DecoderHead head) =>
        Families.Single(known => known.Family == family).ClassPrefix + (head == DecoderHead.Score ? ScoreSuffix : "ForCausalLM");
}
