using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Cli.Benchmarks;

/// <summary>A model that <c>r1 bench memory</c> makes, with work of a fitting size.</summary>
/// <param name="Name">How the table names it.</param>
/// <param name="Config">Its <c>config.json</c>.</param>
internal sealed record MemorySize(string Name, JsonObject Config)
{
    /// <summary>The sizes: quickstart's, one whose twelve layers' activations are nearly all that it takes, 61 million parameters, Qwen2.5-0.5B's shape; a small DeepSeek-V3 with 94 million, 24 experts a layer; rows of 32,768 tokens in a context of 8192 that YaRN stretches.</summary>
    public static IReadOnlyList<MemorySize> All { get; } =
    [
        new("quickstart", Qwen2(new(), 111))
        {
            RowTokens = 48, FineTuning = new() { BatchSize = 16 }, PromptTokens = 32, Rl = new() { Questions = 16, GroupSize = 16, Minibatches = 2, MaxNewTokens = 80, MicroBatch = 32 },
        },
        new("12 layers", Qwen2(new() { HiddenSize = 192, NumLayers = 12, NumHeads = 4, NumKvHeads = 2, IntermediateSize = 768, ContextTokens = 512 }, 64))
        {
            RowTokens = 512, FineTuning = new() { BatchSize = 4 }, PromptTokens = 32, Rl = new() { Questions = 4, GroupSize = 4, Minibatches = 1, MaxNewTokens = 96, MicroBatch = 4 },
        },
        new("61M", Qwen2(new() { HiddenSize = 512, NumLayers = 12, NumHeads = 8, NumKvHeads = 2, IntermediateSize = 1536, ContextTokens = 2048 }, 49_152))
        {
            RowTokens = 256, FineTuning = new() { BatchSize = 8, MicroBatch = 4 }, PromptTokens = 128, Rl = new() { Questions = 4, GroupSize = 4, Minibatches = 1, MaxNewTokens = 128, MicroBatch = 4 },
        },
        new("experts", DeepseekV3())
        {
            RowTokens = 256, FineTuning = new() { BatchSize = 8, MicroBatch = 4 }, PromptTokens = 128, Rl = new() { Questions = 4, GroupSize = 4, Minibatches = 1, MaxNewTokens = 128, MicroBatch = 4 },
        },
        new("long", Stretched())
        {
            RowTokens = 32_768, FineTuning = new() { BatchSize = 1, MicroBatch = 1, ActivationCheckpointing = true }, PromptTokens = 32_000, Rl = new() { Questions = 1, GroupSize = 4, Minibatches = 1, MaxNewTokens = 64, MicroBatch = 1 },
            IsLong = true,
        },
        new("494M", Qwen2(new() { HiddenSize = 896, NumLayers = 24, NumHeads = 14, NumKvHeads = 2, IntermediateSize = 4864, ContextTokens = 32_768, RopeTheta = 1_000_000 }, 151_936))
        {
            RowTokens = 512, FineTuning = new() { BatchSize = 2, MicroBatch = 1 }, PromptTokens = 64, Rl = new() { Questions = 1, GroupSize = 4, Minibatches = 1, MaxNewTokens = 64, MicroBatch = 2 },
            Quantized = true,
        },
    ];

    /// <summary>Tokens of a row of the SFT step.</summary>
    public required int RowTokens { get; init; }

    /// <summary>The SFT step.</summary>
    public required SupervisedFineTuningOptions FineTuning { get; init; }

    /// <summary>Tokens of a prompt.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>The GRPO step; its rollouts are also what is generated.</summary>
    public required ReasoningRlOptions Rl { get; init; }

    /// <summary>Whether an adapter on quantised weights is measured too.</summary>
    public bool Quantized { get; init; }

    /// <summary>Whether only what grows with the length of a row is measured: generating, and a step of recomputed layers on a row of one sequence and on a packed one.</summary>
    public bool IsLong { get; init; }

    private static JsonObject Qwen2(ModelShapeOptions shape, int vocabulary) => new()
    {
        ["model_type"] = "qwen2",
        ["vocab_size"] = vocabulary,
        ["hidden_size"] = shape.HiddenSize,
        ["intermediate_size"] = shape.IntermediateSize,
        ["num_hidden_layers"] = shape.NumLayers,
        ["num_attention_heads"] = shape.NumHeads,
        ["num_key_value_heads"] = shape.NumKvHeads,
        ["max_position_embeddings"] = shape.ContextTokens,
        ["rope_theta"] = shape.RopeTheta,
        ["tie_word_embeddings"] = shape.TiedEmbeddings,
        ["eos_token_id"] = 0,
    };

    private static JsonObject Stretched()
    {
        JsonObject config = Qwen2(new() { HiddenSize = 128, NumLayers = 2, NumHeads = 4, NumKvHeads = 2, IntermediateSize = 384, ContextTokens = 8192 }, 8192);
        config["rope_scaling"] = new JsonObject { ["rope_type"] = "yarn", ["factor"] = 4, ["original_max_position_embeddings"] = 8192 };
        return config;
    }

    // Latent attention with a latent of the queries, a first layer without experts, one expert that is shared, groups of experts.
    private static JsonObject DeepseekV3() => new()
    {
        ["model_type"] = "deepseek_v3",
        ["vocab_size"] = 16_384,
        ["hidden_size"] = 512,
        ["intermediate_size"] = 1536,
        ["moe_intermediate_size"] = 256,
        ["num_hidden_layers"] = 8,
        ["first_k_dense_replace"] = 1,
        ["n_routed_experts"] = 24,
        ["num_experts_per_tok"] = 4,
        ["n_shared_experts"] = 1,
        ["n_group"] = 4,
        ["topk_group"] = 2,
        ["routed_scaling_factor"] = 2.5,
        ["norm_topk_prob"] = true,
        ["scoring_func"] = "sigmoid",
        ["topk_method"] = "noaux_tc",
        ["num_attention_heads"] = 8,
        ["q_lora_rank"] = 256,
        ["kv_lora_rank"] = 128,
        ["qk_nope_head_dim"] = 64,
        ["qk_rope_head_dim"] = 32,
        ["v_head_dim"] = 64,
        ["max_position_embeddings"] = 2048,
        ["rope_theta"] = 10_000,
        ["tie_word_embeddings"] = false,
        ["eos_token_id"] = 0,
    };
}
