using System.Text;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Orchestration.Planning;

namespace R1Pipeline.Tests.Orchestration;

/// <summary>What a plan knows of a model that is not imported yet: from two headers, for any family, and never a crash.</summary>
public sealed class ModelSizeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("r1-size-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void OfFolder_LatentAttentionAndExperts_CountsShardsAndWhatATokenKeeps()
    {
        Config("""
            {"num_hidden_layers": 3, "hidden_size": 48, "intermediate_size": 96, "num_attention_heads": 4, "vocab_size": 540, "max_position_embeddings": 256,
             "q_lora_rank": 20, "kv_lora_rank": 16, "qk_nope_head_dim": 16, "qk_rope_head_dim": 8, "v_head_dim": 12,
             "tie_word_embeddings": false, "first_k_dense_replace": 1, "moe_intermediate_size": 24, "n_routed_experts": 6, "num_experts_per_tok": 2, "n_shared_experts": 1}
            """);
        Weights("model-00001-of-00002.safetensors", """{"a":{"dtype":"BF16","shape":[3,5],"data_offsets":[0,30]}}""", 30);
        Index(("a", "model-00001-of-00002.safetensors"), ("b", "model-00002-of-00002.safetensors"));
        Weights("stray.safetensors", """{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", 12);
        Weights("model-00002-of-00002.safetensors", """{"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"model.layers.3.mlp":{"dtype":"F32","shape":[4],"data_offsets":[8,24]}}""", 24);       // a layer behind the last is not loaded

        ModelSize size = ModelSize.OfFolder(_folder);

        Assert.Equal((17L, 48, 540, 256, false), (size.Parameters, size.Hidden, size.Vocabulary, size.ContextTokens, size.Tied));
        const long Attention = 44 + 36 + 4 * 96 + 48;              // both latents and the shared key; the latents normalised; queries, keys, values, result; the result's copy
        const long Experts = 2 * 2 * 48 + 4 * (2 + 1) * 24 + 6;    // two visits, in and out; two chosen and a shared expert; six scores
        Assert.Equal([4 * 48 + Attention + 4 * 96, 4 * 48 + Attention + Experts, 4 * 48 + Attention + Experts], size.Layers.Select(layer => layer.Kept));
        Assert.Equal([4 * 48 + 4 * 96 + 4 * 96L, 4 * 48 + 4 * 96 + 3 * 2 * 48 + 4 * 24], size.Layers.Take(2).Select(layer => layer.OnTheWay));
        Assert.Equal(3 * (16 + 8), size.Cached);
        Assert.Equal(16 + 8, size.LargestCached);
        const long Passing = 44 + 36 + 96 + 4 * 28 + 4 * 5 * 8 + 4 * 96 + 48;   // queries, keys with values; the heads of the queries and the shared key while they are turned
        Assert.Equal([7 * 48 + Passing + 4 * 96, 7 * 48 + Passing + Experts + 3 * 2 * 48], size.Layers.Take(2).Select(layer => layer.Passing));

        const long Down = 48 * 20 + 48 * 24, Up = 20 * 96 + 16 * 4 * 28, Output = 4 * 12 * 48;
        Assert.Equal(3 * (Down + Up + Output) + 3 * 48 * 96 + 2 * (6 + 1) * 3 * 48 * 24, size.Layers.Sum(layer => layer.Projections.Sum(projection => projection.Parameters)));
        Assert.Equal(48 * 96, size.LargestProjection);

        Assert.Equal(2 * (3 * (68 + 116 + 72 + 128 + 96) + 3 * 144 + 2 * 7 * 3 * 72), size.Adapter(new LoraOptions { Rank = 2 }));
        Assert.Equal(2 * 3 * 128, size.Adapter(new LoraOptions { Rank = 2, Targets = ["kv_b_proj"] }));
    }

    [Fact]
    public void OfFolder_MoreExpertsThanATokenVisits_KeepNothingButTheirScores()
    {
        ModelSize With(int experts)
        {
            Config($$"""
                {"num_hidden_layers": 2, "hidden_size": 48, "intermediate_size": 96, "num_attention_heads": 4, "vocab_size": 9, "max_position_embeddings": 32,
                 "kv_lora_rank": 16, "qk_nope_head_dim": 16, "qk_rope_head_dim": 8, "v_head_dim": 12, "moe_intermediate_size": 24, "n_routed_experts": {{experts}}, "num_experts_per_tok": 2}
                """);
            Weights("model.safetensors", "{}", 0);
            return ModelSize.OfFolder(_folder);
        }

        ModelSize few = With(8), many = With(256);

        Assert.Equal(few.Layers[1].Kept + 248, many.Layers[1].Kept);
        Assert.Equal(few.Layers[1].OnTheWay, many.Layers[1].OnTheWay);
        Assert.Equal(2 * 248 * (48 + 24) * 3, many.Adapter(new LoraOptions { Rank = 1 }) - few.Adapter(new LoraOptions { Rank = 1 }));
    }

    [Fact]
    public void OfFolder_GroupedQueries_KeepsKeysAndValuesOfItsHeads()
    {
        Config("""{"num_hidden_layers": 2, "hidden_size": 48, "intermediate_size": 96, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16, "vocab_size": 9, "max_position_embeddings": 32}""");

        Weights("model.safetensors", """{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", 12);

        ModelSize size = ModelSize.OfFolder(_folder);

        Assert.Equal((3L, 48, 9, 32, 2), (size.Parameters, size.Hidden, size.Vocabulary, size.ContextTokens, size.Layers.Count));
        Assert.Equal(4 * 48 + 5 * 64 + 32 + 4 * 96, size.Layers[0].Kept);
        Assert.Equal(7 * 48 + 7 * 64 + 5 * 32 + 4 * 96, size.LargestPassing);
        Assert.Equal(2 * 2 * 32, size.Cached);
    }

    [Theory]
    [InlineData("null", 8192)]
    [InlineData("""{"rope_type": "llama3", "factor": 8, "original_max_position_embeddings": 1024}""", 8192)]
    [InlineData("""{"type": "linear", "factor": 2}""", 16_384)]
    [InlineData("""{"rope_type": "dynamic", "factor": 2.5}""", 20_480)]
    [InlineData("""{"rope_type": "yarn", "factor": 4}""", 32_768)]
    [InlineData("""{"rope_type": "yarn", "factor": 4, "original_max_position_embeddings": 1024}""", 8192)]
    [InlineData("""{"rope_type": "yarn", "factor": 1e300}""", int.MaxValue)]
    public void OfFolder_StretchedPositions_ContextIsWhatTheyCarry(string rope, int context)
    {
        Weights("model.safetensors", "{}", 0);
        foreach (string key in new[] { "rope_scaling", "rope_parameters" })
        {
            Config($$"""{"num_hidden_layers": 1, "hidden_size": 48, "intermediate_size": 96, "num_attention_heads": 4, "vocab_size": 9, "max_position_embeddings": 8192, "{{key}}": {{rope}}}""");
            Assert.Equal(context, ModelSize.OfFolder(_folder).ContextTokens);
        }
    }

    [Theory]
    [InlineData("true", 3)]
    [InlineData("false", 5)]
    public void OfFolder_OutputProjectionInTheFile_CountsUnlessItIsTheEmbedding(string tied, long parameters)
    {
        Config($$"""{"num_hidden_layers": 2, "hidden_size": 48, "num_attention_heads": 4, "vocab_size": 9, "tie_word_embeddings": {{tied}}}""");
        Weights("model.safetensors", """{"lm_head.weight":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"model.embed_tokens.weight":{"dtype":"F32","shape":[3],"data_offsets":[8,20]}}""", 20);

        Assert.Equal(parameters, ModelSize.OfFolder(_folder).Parameters);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1]")]
    [InlineData("{\"hidden_size\": ")]
    public void OfFolder_ConfigThatCannotBeRead_IsUnknown(string config)
    {
        Config(config);
        Assert.Equal(ModelSize.Unknown, ModelSize.OfFolder(_folder));
    }

    [Fact]
    public void OfFolder_DamagedWeightsOrNoFolder_IsUnknown()
    {
        Config("{\"hidden_size\": 1e300}");
        Weights("model.safetensors", "{}", 7);
        Assert.Equal(ModelSize.Unknown, ModelSize.OfFolder(_folder));
        Assert.Equal(ModelSize.Unknown, ModelSize.OfFolder(Path.Combine(_folder, "nowhere")));
    }

    private void Config(string text) => File.WriteAllText(Path.Combine(_folder, "config.json"), text);

    private void Index(params IEnumerable<(string Tensor, string File)> map) => File.WriteAllText(
        Path.Combine(_folder, "model.safetensors.index.json"), $$"""{"weight_map": { {{string.Join(", ", map.Select(entry => $"\"{entry.Tensor}\": \"{entry.File}\""))}} } }""");

    private void Weights(string file, string header, int bytes) =>
        File.WriteAllBytes(Path.Combine(_folder, file), [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header), .. new byte[bytes]]);
}
