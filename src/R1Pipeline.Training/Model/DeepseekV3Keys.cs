using System.Text.Json.Nodes;

namespace R1Pipeline.Training.Model;

/// <summary>The keys of <c>config.json</c> that only DeepSeek-V3 has: latent attention and experts.</summary>
internal static class DeepseekV3Keys
{
    public static LatentAttentionShape LatentAttention(ConfigKeys keys, int heads)
    {
        if (keys.OptionalSize("num_key_value_heads") is { } shared && shared != heads)
            throw keys.Wrong("num_key_value_heads", $"latent attention expects as many as num_attention_heads, {heads}");
        return new LatentAttentionShape(
            keys.OptionalSize("q_lora_rank"), keys.Size("kv_lora_rank"), keys.Size("qk_nope_head_dim"), keys.Size("v_head_dim"), keys.BooleanOr("rope_interleave", true));
    }

    public static ExpertsShape Experts(ConfigKeys keys) => new(
        keys.Size("n_routed_experts"), keys.Size("num_experts_per_tok"), keys.Size("n_group"), keys.Size("topk_group"), keys.Find("n_shared_experts") is null ? 0 : keys.Count("n_shared_experts"),
        keys.Size("moe_intermediate_size"), keys.Count("first_k_dense_replace"), keys.BooleanOr("norm_topk_prob", true), keys.Positive("routed_scaling_factor"));

    public static void Write(JsonObject json, DecoderConfig config)
    {
        if (config.LatentAttention is { } latent)
        {
            json["kv_lora_rank"] = latent.KeyValueRank;
            json["q_lora_rank"] = latent.QueryRank;
            json["qk_head_dim"] = latent.PlainSize + config.HeadSize;
            json["qk_nope_head_dim"] = latent.PlainSize;
            json["qk_rope_head_dim"] = config.HeadSize;
            json["rope_interleave"] = latent.Interleaved;
            json["v_head_dim"] = latent.ValueSize;
        }

        if (config.Experts is not { } experts) return;
        json["first_k_dense_replace"] = experts.DenseLayers;
        json["moe_intermediate_size"] = experts.IntermediateSize;
        json["moe_layer_freq"] = 1;                                                     // which SGLang, and vLLM for long, read without a default
        json["n_group"] = experts.NumGroups;
        json["n_routed_experts"] = experts.NumExperts;
        json["n_shared_experts"] = experts.NumShared;
        json["norm_topk_prob"] = experts.Normalized;
        json["num_experts_per_tok"] = experts.NumChosen;
        json["routed_scaling_factor"] = PythonFloat.Of(experts.Scale);
        json["scoring_func"] = "sigmoid";
        json["topk_group"] = experts.NumChosenGroups;
        json["topk_method"] = "noaux_tc";
    }
}
