using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Optimization;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Weights;

/// <summary>
/// The only place that knows Hugging Face's names of Qwen2 weights, and which rows of the fused matrices they are. Refuses missing tensors, wrong shapes,
/// and tensors that nobody would read.
/// </summary>
internal static class Qwen2WeightMap
{
    /// <summary>Name of the scalar head's parameter in a reward model.</summary>
    public const string Score = "score";

    private const string TiedOutput = "lm_head.weight";

    /// <summary>All foreign tensors of the parameters at hand.</summary>
    public static IEnumerable<WeightSlice> Slices(DecoderConfig c, FlatParameters parameters)
    {
        long attention = (long)c.NumHeads * c.HeadSize, keyValue = (long)c.NumKvHeads * c.HeadSize, hidden = c.HiddenSize, wide = c.IntermediateSize;
        yield return new("model.embed_tokens.weight", DecoderParameters.Embedding, 0, c.VocabularySize, hidden);
        for (int i = 0; i < c.NumLayers; i++)
        {
            string layer = $"model.layers.{i}.", weight = DecoderParameters.QkvWeight(i), bias = DecoderParameters.QkvBias(i);
            yield return new(layer + "input_layernorm.weight", DecoderParameters.AttentionNorm(i), 0, hidden);
            yield return new(layer + "self_attn.q_proj.weight", weight, 0, attention, hidden);
            yield return new(layer + "self_attn.k_proj.weight", weight, attention, keyValue, hidden);
            yield return new(layer + "self_attn.v_proj.weight", weight, attention + keyValue, keyValue, hidden);
            yield return new(layer + "self_attn.q_proj.bias", bias, 0, attention);
            yield return new(layer + "self_attn.k_proj.bias", bias, attention, keyValue);
            yield return new(layer + "self_attn.v_proj.bias", bias, attention + keyValue, keyValue);
            yield return new(layer + "self_attn.o_proj.weight", DecoderParameters.AttentionOutput(i), 0, hidden, attention);
            yield return new(layer + "post_attention_layernorm.weight", DecoderParameters.MlpNorm(i), 0, hidden);
            yield return new(layer + "mlp.gate_proj.weight", DecoderParameters.GateUp(i), 0, wide, hidden);
            yield return new(layer + "mlp.up_proj.weight", DecoderParameters.GateUp(i), wide, wide, hidden);
            yield return new(layer + "mlp.down_proj.weight", DecoderParameters.Down(i), 0, hidden, wide);
        }

        yield return new("model.norm.weight", DecoderParameters.FinalNorm, 0, hidden);
        if (parameters.Contains(DecoderParameters.Output)) yield return new(TiedOutput, DecoderParameters.Output, 0, c.VocabularySize, hidden);
        if (parameters.Contains(Score)) yield return new("score.weight", Score, 0, 1, hidden);
    }

    /// <summary>The slice of a flat view of the parameter (value or gradient). The caller's scope owns it.</summary>
    public static Tensor Slice(Tensor parameter, WeightSlice slice) => parameter.narrow(0, slice.FirstRow, slice.Shape[0]);

    /// <summary>The foreign tensors in the order in which their values lie in the flat buffer, which they cover without a hole.</summary>
    public static IReadOnlyList<SafetensorsSlot> StorageOrder(DecoderConfig config, FlatParameters parameters)
    {
        var slots = new List<SafetensorsSlot>();
        long covered = 0;
        foreach (WeightSlice slice in Slices(config, parameters).OrderBy(slice => parameters.OffsetOf(slice.Parameter)).ThenBy(slice => slice.FirstRow))
        {
            long width = slice.Shape.Skip(1).Aggregate(1L, (product, size) => product * size);
            if (parameters.OffsetOf(slice.Parameter) + slice.FirstRow * width != covered) throw new InvalidOperationException($"tensor {slice.ForeignName} does not follow the one before it");
            slots.Add(new SafetensorsSlot(slice.ForeignName, "F32", slice.Shape, slice.Shape[0] * width * sizeof(float)));
            covered += slice.Shape[0] * width;
        }

        return covered == parameters.Count ? slots : throw new InvalidOperationException($"{covered} of {parameters.Count} parameters have a foreign name");
    }

    /// <summary>Fills the parameters from a model folder.</summary>
    /// <exception cref="StageFailedException">UserData: names or shapes that do not fit.</exception>
    public static void Load(SafetensorsFolder source, string directory, DecoderConfig config, FlatParameters parameters)
    {
        List<WeightSlice> slices = [.. Slices(config, parameters)];
        Check(source, directory, config, slices);
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        foreach (WeightSlice slice in slices) source.ReadInto(slice.ForeignName, Slice(parameters.ValueOf(slice.Parameter), slice));
    }

    /// <summary>Writes the parameters under their foreign names.</summary>
    public static void Save(string path, DecoderConfig config, FlatParameters parameters)
    {
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(path, Slices(config, parameters).Select(slice => KeyValuePair.Create(slice.ForeignName, Slice(parameters.ValueOf(slice.Parameter), slice))));
    }

    private static void Check(SafetensorsFolder source, string directory, DecoderConfig config, List<WeightSlice> slices)
    {
        foreach (WeightSlice slice in slices)
        {
            IReadOnlyList<long> shape = source.ShapeOf(slice.ForeignName)
                ?? throw Wrong(directory, $"the weights have no tensor {slice.ForeignName}, which config.json asks for");
            if (!shape.SequenceEqual(slice.Shape))
                throw Wrong(directory, $"tensor {slice.ForeignName} has shape [{string.Join(", ", shape)}], config.json asks for [{string.Join(", ", slice.Shape)}]");
        }

        var known = slices.Select(slice => slice.ForeignName).ToHashSet(StringComparer.Ordinal);
        string? stray = source.Names.FirstOrDefault(name => !known.Contains(name) && !IsDerived(name, config));
        if (stray is not null) throw Wrong(directory, $"nothing in a Qwen2 model reads tensor {stray}");
    }

    // A tied output written out again, and the rotary frequencies that old files carry: both follow from what is read.
    private static bool IsDerived(string name, DecoderConfig config) =>
        (name == TiedOutput && config.TiedEmbeddings) || name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal);

    private static StageFailedException Wrong(string directory, string problem) => new(StageFailureClass.UserData, $"{directory}: {problem}");
}
