using R1Pipeline.Training.Model;

namespace R1Pipeline.Training.Weights;

/// <summary>Hugging Face's names of the weights of a Llama layer, and which rows of the fused matrices they are.</summary>
internal static class LlamaWeightMap
{
    public static IEnumerable<WeightSlice> Layer(DecoderConfig c, int i)
    {
        long attention = (long)c.NumHeads * c.HeadSize, keyValue = (long)c.NumKvHeads * c.HeadSize, hidden = c.HiddenSize;
        string layer = $"model.layers.{i}.", weight = DecoderParameters.QkvWeight(i);
        yield return new(layer + "input_layernorm.weight", DecoderParameters.AttentionNorm(i), 0, hidden);
        yield return new(layer + "self_attn.q_proj.weight", weight, 0, attention, hidden);
        yield return new(layer + "self_attn.k_proj.weight", weight, attention, keyValue, hidden);
        yield return new(layer + "self_attn.v_proj.weight", weight, attention + keyValue, keyValue, hidden);
        yield return new(layer + "self_attn.o_proj.weight", DecoderParameters.AttentionOutput(i), 0, hidden, attention);
        yield return new(layer + "post_attention_layernorm.weight", DecoderParameters.MlpNorm(i), 0, hidden);
        foreach (WeightSlice slice in SwiGlu(layer + "mlp.", DecoderParameters.GateUp(i), DecoderParameters.Down(i), hidden, c.IntermediateSize)) yield return slice;
    }

    /// <summary>The three matrices of a gated feed-forward under a prefix: every family writes them like this.</summary>
    public static IEnumerable<WeightSlice> SwiGlu(string prefix, string gateUp, string down, long hidden, long wide) =>
    [
        new(prefix + "gate_proj.weight", gateUp, 0, wide, hidden),
        new(prefix + "up_proj.weight", gateUp, wide, wide, hidden),
        new(prefix + "down_proj.weight", down, 0, hidden, wide),
    ];
}
