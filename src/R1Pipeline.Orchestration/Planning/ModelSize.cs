using System.Text.Json;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Safetensors;

namespace R1Pipeline.Orchestration.Planning;

/// <summary>The dimensions of a decoder that memory and disk follow from.</summary>
internal sealed record ModelSize(long Parameters, int Layers, int Hidden, int Intermediate, int QueryWidth, int KeyValueWidth, int Vocabulary, int ContextTokens)
{
    /// <summary>A model that nothing is known of.</summary>
    public static ModelSize Unknown { get; } = new(0, 0, 0, 0, 0, 0, 0, 0);

    /// <summary>Size of a new Qwen2-style model.</summary>
    public static ModelSize Of(ModelShapeOptions shape, int vocabulary) =>
        Of(shape.NumLayers, shape.HiddenSize, shape.IntermediateSize, shape.NumHeads, shape.NumKvHeads, shape.HiddenSize / shape.NumHeads, vocabulary, shape.ContextTokens, shape.TiedEmbeddings);

    /// <summary>
    /// Size of a Hugging Face folder: dimensions from its <c>config.json</c>, parameters from the headers of its weight files. Unknown when they cannot be read:
    /// the stage that imports the folder says why.
    /// </summary>
    public static ModelSize OfFolder(string folder)
    {
        try
        {
            using JsonDocument config = ModelJson.Read(Path.Combine(folder, "config.json"));
            return Of(config.RootElement, Directory.GetFiles(folder, "*.safetensors").Sum(Elements));
        }
        catch (StageFailedException)
        {
            return Unknown;
        }
    }

    private static ModelSize Of(JsonElement config, long parameters)
    {
        int hidden = Int(config, "hidden_size"), heads = Math.Max(1, Int(config, "num_attention_heads")), headSize = Int(config, "head_dim", hidden / heads);

        // Latent attention keeps one latent and one turned key a token, no keys and values of heads; of the experts, the chosen and the shared ones work.
        int latent = Int(config, "kv_lora_rank");
        int keys = latent > 0 ? (latent + Int(config, "qk_rope_head_dim") + 1) / 2 : Int(config, "num_key_value_heads", heads) * headSize;
        int experts = (Int(config, "num_experts_per_tok") + Int(config, "n_shared_experts")) * Int(config, "moe_intermediate_size");
        return new ModelSize(
            parameters, Int(config, "num_hidden_layers"), hidden, Math.Max(Int(config, "intermediate_size"), experts), heads * headSize, keys, Int(config, "vocab_size"), Int(config, "max_position_embeddings"));
    }

    private static long Elements(string path)
    {
        using FileStream file = File.OpenRead(path);
        return SafetensorsHeader.Read(file, path).Values.Sum(tensor => tensor.Length / SafetensorsHeader.SizeOf(tensor.Dtype));
    }

    /// <summary>Parameters in projections of attention and feed-forward, as far as the dimensions tell: a lower figure where there is a mixture of experts.</summary>
    public long Projections => Math.Min(Parameters, (long)Layers * (2L * Hidden * QueryWidth + 2L * Hidden * KeyValueWidth + 3L * Hidden * Intermediate));

    /// <summary>Parameters of an adapter: rank · (in + out) for each projection that it adapts; a rough figure where there is latent attention or a mixture of experts.</summary>
    public long Adapter(LoraOptions lora)
    {
        var widths = new Dictionary<string, long>
        {
            ["q_proj"] = Hidden + QueryWidth,
            ["k_proj"] = Hidden + KeyValueWidth,
            ["v_proj"] = Hidden + KeyValueWidth,
            ["o_proj"] = Hidden + QueryWidth,
            ["gate_proj"] = Hidden + Intermediate,
            ["up_proj"] = Hidden + Intermediate,
            ["down_proj"] = Hidden + Intermediate,
        };
        return (long)lora.Rank * Layers * widths.Where(width => lora.Targets?.Contains(width.Key) ?? true).Sum(width => width.Value);
    }

    private static ModelSize Of(int layers, int hidden, int intermediate, int heads, int kvHeads, int headSize, int vocabulary, int context, bool tied)
    {
        long queries = (long)heads * headSize, keys = (long)kvHeads * headSize, width = hidden;
        long layer = 2 * width * queries + 2 * width * keys + queries + 2 * keys + 3 * width * intermediate + 2 * width;
        long embeddings = (tied ? 1L : 2L) * vocabulary * width;
        return new ModelSize(embeddings + layers * layer + width, layers, hidden, intermediate, (int)queries, (int)keys, vocabulary, context);
    }

    private static int Int(JsonElement config, string name, int otherwise = 0) =>
        config.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : otherwise;
}
