using System.Text.Json;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Safetensors;

namespace R1Pipeline.Orchestration.Planning;

/// <summary>The dimensions of a decoder that memory and disk follow from.</summary>
/// <param name="Parameters">All of its parameters.</param>
/// <param name="Hidden">Width of the residual stream.</param>
/// <param name="Vocabulary">Rows of the embedding.</param>
/// <param name="ContextTokens">Longest sequence.</param>
/// <param name="Tied">Whether the output projection is the embedding.</param>
/// <param name="Layers">Its layers.</param>
internal sealed record ModelSize(long Parameters, int Hidden, int Vocabulary, int ContextTokens, bool Tied, IReadOnlyList<LayerSize> Layers)
{
    /// <summary>A model that nothing is known of.</summary>
    public static ModelSize Unknown { get; } = new(0, 0, 0, 0, true, []);

    /// <summary>Parameters in projections of attention and feed-forward, all experts included: what <c>quantize</c> reaches.</summary>
    public long Projections => Math.Min(Parameters, Layers.Sum(layer => layer.Projections.Sum(projection => projection.Parameters)));

    /// <summary>Parameters of the largest one.</summary>
    public long LargestProjection => Layers.SelectMany(layer => layer.Projections).Select(projection => projection.In * projection.Out).DefaultIfEmpty(0).Max();

    /// <summary>Values a token of the layer that keeps the most.</summary>
    public long LargestKept => Layers.Select(layer => layer.Kept).DefaultIfEmpty(0).Max();

    /// <summary>Values a token of the layer that computes the most.</summary>
    public long LargestPassing => Layers.Select(layer => layer.Passing).DefaultIfEmpty(0).Max();

    /// <summary>Values that a token leaves in the cache of the layer with the largest.</summary>
    public long LargestCached => Layers.Select(layer => layer.Cached).DefaultIfEmpty(0).Max();

    /// <summary>Values that a token leaves in the cache.</summary>
    public long Cached => Layers.Sum(layer => layer.Cached);

    /// <summary>Size of a new Qwen2-style model.</summary>
    public static ModelSize Of(ModelShapeOptions shape, int vocabulary)
    {
        long width = shape.HiddenSize, head = width / shape.NumHeads, queries = shape.NumHeads * head, keyValues = shape.NumKvHeads * head;
        LayerSize layer = LayerSize.Of(width, LayerSize.GroupedQueries(width, queries, keyValues), LayerSize.FeedForward(width, shape.IntermediateSize));
        long weights = layer.Projections.Sum(projection => projection.Parameters) + queries + 2 * keyValues + 2 * width;       // biases and norms
        long embeddings = (shape.TiedEmbeddings ? 1L : 2L) * vocabulary * width;
        IReadOnlyList<LayerSize> layers = [.. Enumerable.Repeat(layer, shape.NumLayers)];
        return new ModelSize(embeddings + shape.NumLayers * weights + width, shape.HiddenSize, vocabulary, shape.ContextTokens, shape.TiedEmbeddings, layers);
    }

    /// <summary>
    /// Size of a Hugging Face folder: dimensions from its <c>config.json</c>, parameters from the headers of its weight files. Unknown when they cannot be read:
    /// the stage that imports the folder says why.
    /// </summary>
    public static ModelSize OfFolder(string folder)
    {
        try
        {
            using JsonDocument config = ModelJson.Read(Path.Combine(folder, "config.json"));
            return Of(config.RootElement, WeightFiles.Of(folder).Sum(path => Elements(path, Int(config.RootElement, "num_hidden_layers"), IsTied(config.RootElement))));
        }
        catch (StageFailedException)
        {
            return Unknown;
        }
    }

    /// <summary>Parameters of an adapter: rank · (in + out) for each projection that it adapts.</summary>
    public long Adapter(LoraOptions lora) => lora.Rank * Layers.Sum(layer =>
        layer.Projections.Where(projection => lora.Targets?.Contains(projection.Name) ?? true).Sum(projection => projection.Count * (projection.In + projection.Out)));

    private static ModelSize Of(JsonElement config, long parameters)
    {
        int hidden = Int(config, "hidden_size"), layers = Math.Clamp(Int(config, "num_hidden_layers"), 0, 4096);
        LayerSize attention = Attention(config, hidden), dense = LayerSize.FeedForward(hidden, Int(config, "intermediate_size"));
        int experts = Int(config, "n_routed_experts"), numDense = experts > 0 ? Math.Clamp(Int(config, "first_k_dense_replace"), 0, layers) : layers;
        LayerSize sparse = LayerSize.Experts(hidden, experts, Int(config, "num_experts_per_tok"), Int(config, "n_shared_experts"), Int(config, "moe_intermediate_size"));
        return new ModelSize(parameters, hidden, Int(config, "vocab_size"), Context(config), IsTied(config),
        [
            .. Enumerable.Repeat(LayerSize.Of(hidden, attention, dense), numDense),
            .. Enumerable.Repeat(LayerSize.Of(hidden, attention, sparse), layers - numDense),
        ]);
    }

    private static LayerSize Attention(JsonElement config, int hidden)
    {
        int heads = Math.Max(1, Int(config, "num_attention_heads"));
        if (Int(config, "kv_lora_rank") is > 0 and int rank)
            return LayerSize.Latent(hidden, heads, Int(config, "q_lora_rank"), rank, Int(config, "qk_nope_head_dim"), Int(config, "qk_rope_head_dim"), Int(config, "v_head_dim"));
        long head = Int(config, "head_dim", hidden / heads);
        return LayerSize.GroupedQueries(hidden, heads * head, Int(config, "num_key_value_heads", heads) * head);
    }

    // As far as a stretched rotary embedding carries it; what is wrong with one, the import says.
    private static int Context(JsonElement config)
    {
        int context = Int(config, "max_position_embeddings");
        if (!(config.TryGetProperty("rope_parameters", out JsonElement rope) && rope.ValueKind == JsonValueKind.Object)
            && !(config.TryGetProperty("rope_scaling", out rope) && rope.ValueKind == JsonValueKind.Object)) return context;
        string? type = (rope.TryGetProperty("rope_type", out JsonElement name) || rope.TryGetProperty("type", out name)) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
        double factor = rope.TryGetProperty("factor", out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) ? number : 1;
        return type switch
        {
            "linear" or "dynamic" => Stretched(context),
            "yarn" => Math.Max(context, Stretched(Int(rope, "original_max_position_embeddings", context))),
            _ => context,
        };

        int Stretched(int original) => (int)Math.Clamp(factor * original, 0, int.MaxValue);
    }

    private static bool IsTied(JsonElement config) => config.TryGetProperty("tie_word_embeddings", out JsonElement value) && value.ValueKind == JsonValueKind.True;

    // Some writers store a tied output projection once more; it is not loaded.
    private static long Elements(string path, int layers, bool tied)
    {
        using FileStream file = ModelFile.Open(path);
        return SafetensorsHeader.Read(file, path).Values.Where(tensor => !IsBehind(tensor.Name, layers) && !(tied && tensor.Name == "lm_head.weight"))
            .Sum(tensor => tensor.Length / SafetensorsHeader.SizeOf(tensor.Dtype));
    }

    // Layers for multi-token prediction stand behind the others in the files, and are not loaded.
    private static bool IsBehind(string name, int layers)
    {
        const string Prefix = "model.layers.";
        return name.StartsWith(Prefix, StringComparison.Ordinal) && int.TryParse(name[Prefix.Length..].Split('.')[0], out int layer) && layer >= layers;
    }

    private static int Int(JsonElement config, string name, int otherwise = 0) =>
        config.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : otherwise;
}
