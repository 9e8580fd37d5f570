using R1Pipeline.Training.Model;
using R1Pipeline.Training.Optimization;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Weights;

/// <summary>
/// Which foreign tensor is which slice of which parameter. The family's own names stand in its map (<see cref="Qwen2WeightMap"/> and the like), the names
/// around the layers here, and nowhere else.
/// </summary>
internal static class WeightMap
{
    private const string TiedOutput = "lm_head.weight";

    /// <summary>All foreign tensors of a model, from the embedding to the head. Lazy: a config may ask for more tensors than could ever be held.</summary>
    public static IEnumerable<WeightSlice> Slices(DecoderConfig c, DecoderHead head)
    {
        yield return new("model.embed_tokens.weight", DecoderParameters.Embedding, 0, c.VocabularySize, c.HiddenSize);
        for (int layer = 0; layer < c.NumLayers; layer++)
        {
            foreach (WeightSlice slice in Layer(c, layer)) yield return slice;
        }

        yield return new("model.norm.weight", DecoderParameters.FinalNorm, 0, c.HiddenSize);
        if (head == DecoderHead.Score) yield return new("score.weight", DecoderParameters.Score, 0, 1, c.HiddenSize);
        else if (!c.TiedEmbeddings) yield return new(TiedOutput, DecoderParameters.Output, 0, c.VocabularySize, c.HiddenSize);
    }

    /// <summary>
    /// Whether a foreign tensor may be there and is not read: a tied output written out again, the rotary frequencies that old files carry, and the layers for
    /// multi-token prediction behind the last one (DeepSeek-V3), which transformers leaves aside as well.
    /// </summary>
    public static bool IsLeftAside(string name, DecoderConfig c) =>
        (name == TiedOutput && c.TiedEmbeddings) || name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal)
        || IsOfPredictionLayer(name, c);

    /// <summary>Whether a foreign tensor belongs to a layer for multi-token prediction, which lies behind the last one.</summary>
    public static bool IsOfPredictionLayer(string name, DecoderConfig c) => c.Family == DecoderFamily.DeepseekV3 && name.StartsWith($"model.layers.{c.NumLayers}.", StringComparison.Ordinal);

    /// <summary>The slice of a view of the parameter (value or gradient). The caller's scope owns it.</summary>
    public static Tensor Slice(Tensor parameter, WeightSlice slice) => parameter.narrow(0, slice.FirstRow, slice.Shape[0]);

    /// <summary>The foreign tensors in the order in which their values lie in the flat buffer, which they cover without a hole.</summary>
    public static IReadOnlyList<SafetensorsSlot> StorageOrder(IEnumerable<WeightSlice> slices, FlatParameters parameters)
    {
        var slots = new List<SafetensorsSlot>();
        long covered = 0;
        foreach (WeightSlice slice in slices.OrderBy(slice => parameters.OffsetOf(slice.Parameter)).ThenBy(slice => slice.FirstRow))
        {
            long width = slice.Shape.Skip(1).Aggregate(1L, (product, size) => product * size);
            if (parameters.OffsetOf(slice.Parameter) + slice.FirstRow * width != covered) throw new InvalidOperationException($"tensor {slice.ForeignName} does not follow the one before it");
            slots.Add(new SafetensorsSlot(slice.ForeignName, "F32", slice.Shape, slice.Shape[0] * width * sizeof(float)));
            covered += slice.Shape[0] * width;
        }

        return covered == parameters.Count ? slots : throw new InvalidOperationException($"{covered} of {parameters.Count} parameters have a foreign name");
    }

    private static IEnumerable<WeightSlice> Layer(DecoderConfig config, int layer) => config.Family switch
    {
        DecoderFamily.Qwen2 => Qwen2WeightMap.Layer(config, layer),
        DecoderFamily.Qwen3 => Qwen3WeightMap.Layer(config, layer),
        DecoderFamily.Llama => LlamaWeightMap.Layer(config, layer),
        DecoderFamily.DeepseekV3 => DeepseekV3WeightMap.Layer(config, layer),
        _ => throw new ArgumentOutOfRangeException(nameof(config), config.Family, "a family without a weight map"),
    };
}
