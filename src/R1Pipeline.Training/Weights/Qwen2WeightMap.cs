using R1Pipeline.Training.Model;

namespace R1Pipeline.Training.Weights;

/// <summary>Hugging Face's names of the weights of a Qwen2 layer: Llama's, and the biases of query, key and value.</summary>
internal static class Qwen2WeightMap
{
    public static IEnumerable<WeightSlice> Layer(DecoderConfig c, int i)
    {
        foreach (WeightSlice slice in LlamaWeightMap.Layer(c, i)) yield return slice;
        long attention = (long)c.NumHeads * c.HeadSize, keyValue = (long)c.NumKvHeads * c.HeadSize;
        string bias = DecoderParameters.QkvBias(i);
        yield return new($"model.layers.{i}.self_attn.q_proj.bias", bias, 0, attention);
        yield return new($"model.layers.{i}.self_attn.k_proj.bias", bias, attention, keyValue);
        yield return new($"model.layers.{i}.self_attn.v_proj.bias", bias, attention + keyValue, keyValue);
    }
}
