using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Training.Model;

/// <summary>
/// Reads and writes Hugging Face's <c>config.json</c> of Qwen2 models. Refuses another architecture, and every key whose value would change the
/// numbers in a way that is not computed here, by its name.
/// </summary>
public static class DecoderConfigFile
{
    /// <summary>The architecture of a language model.</summary>
    public const string CausalArchitecture = "Qwen2ForCausalLM";

    /// <summary>The architecture of a reward model.</summary>
    public const string RewardArchitecture = "Qwen2ForSequenceClassification";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Reads <c>config.json</c> of a model folder.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="architecture">The architecture that is expected.</param>
    /// <exception cref="StageFailedException">UserData: missing, not JSON, another architecture, or an unsupported key.</exception>
    public static DecoderConfig Read(string directory, string architecture = CausalArchitecture)
    {
        string path = Path.Combine(directory, "config.json");
        if (!File.Exists(path)) throw new StageFailedException(StageFailureClass.UserData, $"{path} is missing: a model folder has a config.json");
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return new Source(path, document.RootElement).Read(architecture);
        }
        catch (JsonException wrong)
        {
            throw new StageFailedException(StageFailureClass.UserData, $"{path} is not JSON: {wrong.Message}", wrong);
        }
    }

    /// <summary>Writes <c>config.json</c>; the same config gives the same bytes.</summary>
    public static void Write(DecoderConfig config, string directory, string architecture = CausalArchitecture)
    {
        var json = new JsonObject
        {
            ["architectures"] = new JsonArray(architecture),
            ["attention_dropout"] = 0.0,
            ["bos_token_id"] = config.BosTokenId,
            ["eos_token_id"] = config.EosTokenId,
            ["head_dim"] = config.HeadSize,
            ["hidden_act"] = "silu",
            ["hidden_size"] = config.HiddenSize,
            ["intermediate_size"] = config.IntermediateSize,
            ["max_position_embeddings"] = config.ContextTokens,
            ["model_type"] = "qwen2",
            ["num_attention_heads"] = config.NumHeads,
            ["num_hidden_layers"] = config.NumLayers,
            ["num_key_value_heads"] = config.NumKvHeads,
            ["pad_token_id"] = config.PadTokenId,
            ["rms_norm_eps"] = config.RmsNormEps,
            ["rope_scaling"] = null,
            ["rope_theta"] = config.RopeTheta,
            ["tie_word_embeddings"] = config.TiedEmbeddings,
            ["torch_dtype"] = "float32",
            ["use_sliding_window"] = false,
            ["vocab_size"] = config.VocabularySize,
        };
        if (architecture == RewardArchitecture)
        {
            json["id2label"] = new JsonObject { ["0"] = "LABEL_0" };
            json["label2id"] = new JsonObject { ["LABEL_0"] = 0 };
        }

        foreach (string unset in json.Where(pair => pair.Value is null && pair.Key != "rope_scaling").Select(pair => pair.Key).ToList()) _ = json.Remove(unset);
        File.WriteAllText(Path.Combine(directory, "config.json"), json.ToJsonString(Indented) + "\n");
    }

    private readonly struct Source(string path, JsonElement root)
    {
        public DecoderConfig Read(string architecture)
        {
            if (root.ValueKind != JsonValueKind.Object) throw Wrong("is not a JSON object");
            RequireArchitecture(architecture);
            RefuseUnsupported();
            int hidden = Size("hidden_size"), heads = Size("num_attention_heads");
            if (Find("head_dim") is null && hidden % heads != 0)
                throw Wrong($"hidden_size {hidden} is not a multiple of num_attention_heads {heads}, and head_dim is not given");
            var config = new DecoderConfig
            {
                VocabularySize = Size("vocab_size"),
                HiddenSize = hidden,
                NumLayers = Size("num_hidden_layers"),
                NumHeads = heads,
                NumKvHeads = Find("num_key_value_heads") is null ? heads : Size("num_key_value_heads"),
                HeadSize = Find("head_dim") is null ? hidden / heads : Size("head_dim"),
                IntermediateSize = Size("intermediate_size"),
                ContextTokens = Size("max_position_embeddings"),
                RopeTheta = RopeTheta(),
                RmsNormEps = Number("rms_norm_eps", 1e-6),
                TiedEmbeddings = Find("tie_word_embeddings") is { } tied && Boolean("tie_word_embeddings", tied),
                BosTokenId = TokenId("bos_token_id"),
                EosTokenId = TokenId("eos_token_id"),
                PadTokenId = TokenId("pad_token_id"),
            };
            return config.Problem() is { } problem ? throw Wrong(problem) : config;
        }

        private void RequireArchitecture(string architecture)
        {
            string? type = Find("model_type") is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
            if (type != "qwen2") throw Wrong($"model_type is {type ?? "not given"}; accepted: qwen2");
            if (Find("architectures") is not { } list) return;
            if (list.ValueKind != JsonValueKind.Array || !list.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.String && item.GetString() == architecture))
                throw Wrong($"architectures is {list.GetRawText()}; accepted here: {architecture}");
        }

        private void RefuseUnsupported()
        {
            if (Find("hidden_act") is { } act && !(act.ValueKind == JsonValueKind.String && act.GetString() == "silu"))
                throw Wrong($"hidden_act is {act.GetRawText()}; accepted: \"silu\"");
            if (Find("use_sliding_window") is { ValueKind: JsonValueKind.True }) throw Wrong("use_sliding_window is true; sliding-window attention is not supported");
            if (Find("rope_scaling") is { } scaling && !IsPlainRope(scaling)) throw Wrong($"rope_scaling is {scaling.GetRawText()}; accepted: null");
            if (Find("rope_parameters") is { } rope && !IsPlainRope(rope)) throw Wrong($"rope_parameters is {rope.GetRawText()}; accepted: rope_type default");
            if (Find("attention_dropout") is not null && Number("attention_dropout", 0) != 0) throw Wrong("attention_dropout is not 0; dropout is not supported");
            if (Find("quantization_config") is not null) throw Wrong("quantization_config is set; quantized weights are not supported");
            if (Find("layer_types") is { ValueKind: JsonValueKind.Array } layers && layers.EnumerateArray().Any(layer => layer.ToString() != "full_attention"))
                throw Wrong($"layer_types is {layers.GetRawText()}; accepted: full_attention");
        }

        private static bool IsPlainRope(JsonElement rope)
        {
            if (rope.ValueKind != JsonValueKind.Object) return false;
            foreach (string key in (string[])["rope_type", "type"])
            {
                if (rope.TryGetProperty(key, out JsonElement type) && type.ToString() != "default") return false;
            }

            return rope.EnumerateObject().All(property => property.Name is "rope_type" or "type" or "rope_theta");
        }

        private double RopeTheta() =>
            Find("rope_parameters") is { } rope && rope.TryGetProperty("rope_theta", out JsonElement theta) && theta.TryGetDouble(out double value)
                ? value
                : Number("rope_theta", 10000);

        private JsonElement? Find(string key) => root.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

        private int Size(string key)
        {
            if (Find(key) is not { } value) throw Wrong($"{key} is missing");
            return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int size) && size > 0 ? size : throw Wrong($"{key} is {value.GetRawText()}; a positive integer is expected");
        }

        private double Number(string key, double absent)
        {
            if (Find(key) is not { } value) return absent;
            return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) ? number : throw Wrong($"{key} is {value.GetRawText()}; a number is expected");
        }

        private bool Boolean(string key, JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Wrong($"{key} is {value.GetRawText()}; true or false is expected"),
        };

        // Some models give a list of end ids: the first is the model's own.
        private int? TokenId(string key)
        {
            if (Find(key) is not { } value) return null;
            JsonElement id = value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 ? value[0] : value;
            return id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out int number) ? number : throw Wrong($"{key} is {value.GetRawText()}; a token id is expected");
        }

        private StageFailedException Wrong(string problem) => new(StageFailureClass.UserData, $"{path}: {problem}");
    }
}
