using System.Text;
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
             "kv_lora_rank": 16, "qk_rope_head_dim": 8, "moe_intermediate_size": 24, "num_experts_per_tok": 8, "n_shared_experts": 1}
            """);
        Weights("model-00001-of-00002.safetensors", """{"a":{"dtype":"BF16","shape":[3,5],"data_offsets":[0,30]}}""", 30);
        Weights("model-00002-of-00002.safetensors", """{"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8);

        Assert.Equal(new ModelSize(17, 3, 48, 216, 48, 12, 540, 256), ModelSize.OfFolder(_folder));
    }

    [Fact]
    public void OfFolder_GroupedQueries_KeepsKeysAndValuesOfItsHeads()
    {
        Config("""{"num_hidden_layers": 2, "hidden_size": 48, "intermediate_size": 96, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16, "vocab_size": 9, "max_position_embeddings": 32}""");

        Assert.Equal(new ModelSize(0, 2, 48, 96, 64, 32, 9, 32), ModelSize.OfFolder(_folder));
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

    private void Weights(string file, string header, int bytes) =>
        File.WriteAllBytes(Path.Combine(_folder, file), [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header), .. new byte[bytes]]);
}
