using System.Text.Json;
using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Orchestration.Planning;

/// <summary>The dimensions of a decoder that memory and disk follow from.</summary>
internal sealed record ModelSize(long Parameters, int Layers, int Hidden, int Intermediate, int KeyValueWidth, int Vocabulary, int ContextTokens)
{
    /// <summary>A model that nothing is known of.</summary>
    public static ModelSize Unknown { get; } = new(0, 0, 0, 0, 0, 0, 0);

    /// <summary>Size of a new Qwen2-style model.</summary>
    public static ModelSize Of(ModelShapeOptions shape, int vocabulary) =>
        Of(shape.NumLayers, shape.HiddenSize, shape.IntermediateSize, shape.NumHeads, shape.NumKvHeads, shape.HiddenSize / shape.NumHeads, vocabulary, shape.ContextTokens, shape.TiedEmbeddings);

    /// <summary>Size of a Hugging Face folder, from its <c>config.json</c>; unknown when that cannot be read.</summary>
    public static ModelSize OfFolder(string folder)
    {
        string path = Path.Combine(folder, "config.json");
        if (!File.Exists(path)) return Unknown;
        using var config = JsonDocument.Parse(File.ReadAllBytes(path));
        var root = config.RootElement;
        int hidden = Int(root, "hidden_size", 0), heads = Int(root, "num_attention_heads", 1);
        bool tied = root.TryGetProperty("tie_word_embeddings", out var tie) && tie.ValueKind == JsonValueKind.True;
        return Of(
            Int(root, "num_hidden_layers", 0), hidden, Int(root, "intermediate_size", 0), heads, Int(root, "num_key_value_heads", heads),
            Int(root, "head_dim", hidden / Math.Max(1, heads)), Int(root, "vocab_size", 0), Int(root, "max_position_embeddings", 0), tied);
    }

    private static ModelSize Of(int layers, int hidden, int intermediate, int heads, int kvHeads, int headSize, int vocabulary, int context, bool tied)
    {
        long queries = (long)heads * headSize, keys = (long)kvHeads * headSize, width = hidden;
        long layer = 2 * width * queries + 2 * width * keys + queries + 2 * keys + 3 * width * intermediate + 2 * width;
        long embeddings = (tied ? 1L : 2L) * vocabulary * width;
        return new ModelSize(embeddings + layers * layer + width, layers, hidden, intermediate, (int)keys, vocabulary, context);
    }

    private static int Int(JsonElement root, string name, int otherwise) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : otherwise;
}
