using R1Pipeline.Training.Optimization;

namespace R1Pipeline.Training.Model;

/// <summary>
/// Names and shapes of a decoder's parameters in storage order. What one input is multiplied with lies in one matrix (query, key and value; gate and up;
/// the two latents): one matrix product each, in training and in decoding. Which Hugging Face tensor is which slice stands in the weight maps.
/// </summary>
internal static class DecoderParameters
{
    public const string Embedding = "embedding";
    public const string FinalNorm = "final-norm";
    public const string Output = "output";
    public const string Score = "score";

    public static string AttentionNorm(int layer) => $"layers.{layer}.attention-norm";

    public static string QkvWeight(int layer) => $"layers.{layer}.qkv.weight";

    public static string QkvBias(int layer) => $"layers.{layer}.qkv.bias";

    public static string QueryNorm(int layer) => $"layers.{layer}.query-norm";

    public static string KeyNorm(int layer) => $"layers.{layer}.key-norm";

    /// <summary>Queries or their latent, then the latent of keys and values, then the rotated key.</summary>
    public static string LatentDown(int layer) => $"layers.{layer}.latent-down";

    public static string QueryLatentNorm(int layer) => $"layers.{layer}.query-latent-norm";

    public static string QueryUp(int layer) => $"layers.{layer}.query-up";

    public static string KeyValueLatentNorm(int layer) => $"layers.{layer}.key-value-latent-norm";

    /// <summary>Head after head, plain key rows, then value rows.</summary>
    public static string KeyValueUp(int layer) => $"layers.{layer}.key-value-up";

    public static string AttentionOutput(int layer) => $"layers.{layer}.attention-output";

    public static string MlpNorm(int layer) => $"layers.{layer}.mlp-norm";

    public static string GateUp(int layer) => $"layers.{layer}.gate-up";

    public static string Down(int layer) => $"layers.{layer}.down";

    public static string Router(int layer) => $"layers.{layer}.router";

    public static string RouterBias(int layer) => $"layers.{layer}.router.bias";

    public static string ExpertGateUp(int layer, int expert) => $"layers.{layer}.experts.{expert}.gate-up";

    public static string ExpertDown(int layer, int expert) => $"layers.{layer}.experts.{expert}.down";

    /// <summary>Whether a parameter belongs to an expert that only some tokens reach.</summary>
    public static bool IsRoutedExpert(string parameter) => parameter.Contains(".experts.", StringComparison.Ordinal);

    public static string SharedGateUp(int layer) => $"layers.{layer}.shared-experts.gate-up";

    public static string SharedDown(int layer) => $"layers.{layer}.shared-experts.down";

    /// <summary>The head that these parameters carry.</summary>
    public static DecoderHead HeadOf(FlatParameters parameters) => parameters.Contains(Score) ? DecoderHead.Score : DecoderHead.Vocabulary;

    /// <summary>All shapes of a body under this head.</summary>
    public static List<ParameterShape> Shapes(DecoderConfig c, DecoderHead head)
    {
        var shapes = Body(c);
        if (head == DecoderHead.Score) shapes.Add(new(Score, 1, c.HiddenSize));
        else if (!c.TiedEmbeddings) shapes.Add(new(Output, c.VocabularySize, c.HiddenSize));
        for (int layer = 0; layer < c.NumLayers; layer++)
        {
            if (c.ExpertsOf(layer) is { } experts) shapes.Add(new(RouterBias(layer), experts.NumExperts) { IsBuffer = true });
        }

        return shapes;
    }

    /// <summary>The trained shapes below the head.</summary>
    public static List<ParameterShape> Body(DecoderConfig c)
    {
        var shapes = new List<ParameterShape> { new(Embedding, c.VocabularySize, c.HiddenSize) };
        for (int layer = 0; layer < c.NumLayers; layer++)
        {
            shapes.Add(new(AttentionNorm(layer), c.HiddenSize));
            shapes.AddRange(c.LatentAttention is { } latent ? Latent(c, latent, layer) : GroupedQuery(c, layer));
            shapes.Add(new(MlpNorm(layer), c.HiddenSize));
            shapes.AddRange(c.ExpertsOf(layer) is { } experts ? Sparse(c, experts, layer) : SwiGlu(GateUp(layer), Down(layer), c.HiddenSize, c.IntermediateSize));
        }

        shapes.Add(new(FinalNorm, c.HiddenSize));
        return shapes;
    }

    private static IEnumerable<ParameterShape> GroupedQuery(DecoderConfig c, int layer)
    {
        long attention = (long)c.NumHeads * c.HeadSize, keyValue = (long)c.NumKvHeads * c.HeadSize;
        yield return new(QkvWeight(layer), attention + 2 * keyValue, c.HiddenSize);
        if (c.HasQkvBias) yield return new(QkvBias(layer), attention + 2 * keyValue);
        if (c.HasHeadNorms) yield return new(QueryNorm(layer), c.HeadSize);
        if (c.HasHeadNorms) yield return new(KeyNorm(layer), c.HeadSize);
        yield return new(AttentionOutput(layer), c.HiddenSize, attention);
    }

    private static IEnumerable<ParameterShape> Latent(DecoderConfig c, LatentAttentionShape latent, int layer)
    {
        long heads = c.NumHeads, queries = heads * (latent.PlainSize + c.HeadSize);
        yield return new(LatentDown(layer), (latent.QueryRank ?? queries) + latent.KeyValueRank + c.HeadSize, c.HiddenSize);
        if (latent.QueryRank is { } rank)
        {
            yield return new(QueryLatentNorm(layer), rank);
            yield return new(QueryUp(layer), queries, rank);
        }

        yield return new(KeyValueLatentNorm(layer), latent.KeyValueRank);
        yield return new(KeyValueUp(layer), heads * (latent.PlainSize + latent.ValueSize), latent.KeyValueRank);
        yield return new(AttentionOutput(layer), c.HiddenSize, heads * latent.ValueSize);
    }

    private static IEnumerable<ParameterShape> Sparse(DecoderConfig c, ExpertsShape experts, int layer)
    {
        yield return new(Router(layer), experts.NumExperts, c.HiddenSize);
        for (int expert = 0; expert < experts.NumExperts; expert++)
        {
            foreach (ParameterShape shape in SwiGlu(ExpertGateUp(layer, expert), ExpertDown(layer, expert), c.HiddenSize, experts.IntermediateSize)) yield return shape;
        }

        if (experts.NumShared == 0) yield break;
        foreach (ParameterShape shape in SwiGlu(SharedGateUp(layer), SharedDown(layer), c.HiddenSize, (long)experts.NumShared * experts.IntermediateSize)) yield return shape;
    }

    private static IEnumerable<ParameterShape> SwiGlu(string gateUp, string down, long hidden, long wide) => [new(gateUp, 2 * wide, hidden), new(down, hidden, wide)];
}
