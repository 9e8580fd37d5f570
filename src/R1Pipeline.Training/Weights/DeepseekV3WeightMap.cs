using R1Pipeline.Training.Model;

namespace R1Pipeline.Training.Weights;

/// <summary>Hugging Face's names of the weights of a DeepSeek-V3 layer, and which rows of the fused matrices they are.</summary>
internal static class DeepseekV3WeightMap
{
    public static IEnumerable<WeightSlice> Layer(DecoderConfig c, int i)
    {
        string layer = $"model.layers.{i}.";
        yield return new(layer + "input_layernorm.weight", DecoderParameters.AttentionNorm(i), 0, c.HiddenSize);
        foreach (WeightSlice slice in Attention(c, c.LatentAttention!, i, layer + "self_attn.")) yield return slice;
        yield return new(layer + "post_attention_layernorm.weight", DecoderParameters.MlpNorm(i), 0, c.HiddenSize);
        foreach (WeightSlice slice in c.ExpertsOf(i) is { } experts
            ? Experts(c, experts, i, layer + "mlp.")
            : LlamaWeightMap.SwiGlu(layer + "mlp.", DecoderParameters.GateUp(i), DecoderParameters.Down(i), c.HiddenSize, c.IntermediateSize)) yield return slice;
    }

    private static IEnumerable<WeightSlice> Attention(DecoderConfig c, LatentAttentionShape latent, int i, string prefix)
    {
        long heads = c.NumHeads, hidden = c.HiddenSize, queries = heads * (latent.PlainSize + c.HeadSize), keyValueRank = latent.KeyValueRank;
        string down = DecoderParameters.LatentDown(i);
        if (latent.QueryRank is { } queryRank)
        {
            yield return new(prefix + "q_a_proj.weight", down, 0, queryRank, hidden);
            yield return new(prefix + "q_a_layernorm.weight", DecoderParameters.QueryLatentNorm(i), 0, queryRank);
            yield return new(prefix + "q_b_proj.weight", DecoderParameters.QueryUp(i), 0, queries, queryRank);
        }
        else
        {
            yield return new(prefix + "q_proj.weight", down, 0, queries, hidden);
        }

        yield return new(prefix + "kv_a_proj_with_mqa.weight", down, latent.QueryRank ?? queries, keyValueRank + c.HeadSize, hidden);
        yield return new(prefix + "kv_a_layernorm.weight", DecoderParameters.KeyValueLatentNorm(i), 0, keyValueRank);
        yield return new(prefix + "kv_b_proj.weight", DecoderParameters.KeyValueUp(i), 0, heads * (latent.PlainSize + latent.ValueSize), keyValueRank);
        yield return new(prefix + "o_proj.weight", DecoderParameters.AttentionOutput(i), 0, hidden, heads * latent.ValueSize);
    }

    private static IEnumerable<WeightSlice> Experts(DecoderConfig c, ExpertsShape experts, int i, string prefix)
    {
        yield return new(prefix + "gate.weight", DecoderParameters.Router(i), 0, experts.NumExperts, c.HiddenSize);
        yield return new(prefix + "gate.e_score_correction_bias", DecoderParameters.RouterBias(i), 0, experts.NumExperts);
        for (int e = 0; e < experts.NumExperts; e++)
        {
            foreach (WeightSlice slice in LlamaWeightMap.SwiGlu(
                $"{prefix}experts.{e}.", DecoderParameters.ExpertGateUp(i, e), DecoderParameters.ExpertDown(i, e), c.HiddenSize, experts.IntermediateSize)) yield return slice;
        }

        if (experts.NumShared == 0) yield break;
        foreach (WeightSlice slice in LlamaWeightMap.SwiGlu(
            prefix + "shared_experts.", DecoderParameters.SharedGateUp(i), DecoderParameters.SharedDown(i), c.HiddenSize, (long)experts.NumShared * experts.IntermediateSize)) yield return slice;
    }
}
