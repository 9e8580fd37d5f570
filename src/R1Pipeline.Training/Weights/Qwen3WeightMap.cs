using R1Pipeline.Training.Model;

namespace R1Pipeline.Training.Weights;

/// <summary>Hugging Face's names of the weights of a Qwen3 layer: Llama's, and the norms on query and key heads.</summary>
internal static class Qwen3WeightMap
{
    public static IEnumerable<WeightSlice> Layer(DecoderConfig c, int i)
    {
        foreach (WeightSlice slice in LlamaWeightMap.Layer(c, i)) yield return slice;
        yield return new($"model.layers.{i}.self_attn.q_norm.weight", DecoderParameters.QueryNorm(i), 0, c.HeadSize);
        yield return new($"model.layers.{i}.self_attn.k_norm.weight", DecoderParameters.KeyNorm(i), 0, c.HeadSize);
    }
}
