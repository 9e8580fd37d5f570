using R1Pipeline.Training.Optimization;

namespace R1Pipeline.Training.Model;

/// <summary>
/// Names and shapes of a decoder's parameters in storage order. Query, key and value share one matrix, gate and up another: one matrix product each,
/// in training and in decoding. Which Hugging Face tensor is which slice stands in <c>Weights/Qwen2WeightMap</c>.
/// </summary>
internal static class DecoderParameters
{
    public const string Embedding = "embedding";
    public const string FinalNorm = "final-norm";
    public const string Output = "output";

    public static string AttentionNorm(int layer) => $"layers.{layer}.attention-norm";

    public static string QkvWeight(int layer) => $"layers.{layer}.qkv.weight";

    public static string QkvBias(int layer) => $"layers.{layer}.qkv.bias";

    public static string AttentionOutput(int layer) => $"layers.{layer}.attention-output";

    public static string MlpNorm(int layer) => $"layers.{layer}.mlp-norm";

    public static string GateUp(int layer) => $"layers.{layer}.gate-up";

    public static string Down(int layer) => $"layers.{layer}.down";

    /// <summary>All shapes; <paramref name="withOutput"/> false leaves the output projection away (a body under another head).</summary>
    public static List<ParameterShape> Shapes(DecoderConfig c, bool withOutput)
    {
        var shapes = new List<ParameterShape> { new(Embedding, c.VocabularySize, c.HiddenSize) };
        long attention = (long)c.NumHeads * c.HeadSize, keyValue = (long)c.NumKvHeads * c.HeadSize;
        for (int layer = 0; layer < c.NumLayers; layer++)
        {
            shapes.Add(new(AttentionNorm(layer), c.HiddenSize));
            shapes.Add(new(QkvWeight(layer), attention + 2 * keyValue, c.HiddenSize));
            shapes.Add(new(QkvBias(layer), attention + 2 * keyValue));
            shapes.Add(new(AttentionOutput(layer), c.HiddenSize, attention));
            shapes.Add(new(MlpNorm(layer), c.HiddenSize));
            shapes.Add(new(GateUp(layer), 2L * c.IntermediateSize, c.HiddenSize));
            shapes.Add(new(Down(layer), c.HiddenSize, c.IntermediateSize));
        }

        shapes.Add(new(FinalNorm, c.HiddenSize));
        if (withOutput && !c.TiedEmbeddings) shapes.Add(new(Output, c.VocabularySize, c.HiddenSize));
        return shapes;
    }
}
