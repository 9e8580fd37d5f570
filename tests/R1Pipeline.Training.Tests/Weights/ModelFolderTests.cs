using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Tests.Model;
using R1Pipeline.Training.Tests.Runtime;
using R1Pipeline.Training.Weights;

namespace R1Pipeline.Training.Tests.Weights;

/// <summary>Hugging Face folders: round trips to the byte, and refusals that name the key or the tensor.</summary>
public sealed class ModelFolderTests
{
    [Fact]
    public void Save_AfterLoad_SameBytes()
    {
        using Decoder decoder = Decoder.Create(DecoderShapeTests.Quickstart with { TiedEmbeddings = false }, 1, "base", 0.08);
        using TemporaryFolder first = new(), second = new();
        ModelFolder.Save(decoder, first.Path);
        using Decoder loaded = ModelFolder.Load(first.Path);
        ModelFolder.Save(loaded, second.Path);

        Assert.Equal(decoder.Config, loaded.Config);
        Assert.Equal(["config.json", "generation_config.json", "model.safetensors"], Directory.GetFiles(first.Path).Select(Path.GetFileName).Order());
        foreach (string file in Directory.GetFiles(first.Path)) Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(second[Path.GetFileName(file)]));
    }

    [Fact]
    public void Save_TransformersModel_GivesItsVeryBytesBack()
    {
        string source = SharedFixtures.Path("models", "qwen2-tied");
        using Decoder decoder = ModelFolder.Load(source);
        using var folder = new TemporaryFolder();
        ModelFolder.Save(decoder, folder.Path);
        Assert.Equal(File.ReadAllBytes(Path.Combine(source, "model.safetensors")), File.ReadAllBytes(folder["model.safetensors"]));
    }

    [Theory]
    [InlineData("model_type", "\"llama\"")]
    [InlineData("architectures", "[\"Qwen3ForCausalLM\"]")]
    [InlineData("rope_scaling", "{\"rope_type\": \"yarn\", \"factor\": 4.0}")]
    [InlineData("use_sliding_window", "true")]
    [InlineData("hidden_act", "\"gelu\"")]
    [InlineData("attention_dropout", "0.1")]
    [InlineData("quantization_config", "{\"bits\": 4}")]
    [InlineData("layer_types", "[\"sliding_attention\", \"full_attention\"]")]
    [InlineData("num_hidden_layers", "0")]
    [InlineData("num_key_value_heads", "3")]
    [InlineData("vocab_size", "\"111\"")]
    public void Load_KeyThatIsNotSupported_IsNamed(string key, string value)
    {
        using var folder = Saved();
        JsonObject config = JsonNode.Parse(File.ReadAllText(folder["config.json"]))!.AsObject();
        config[key] = JsonNode.Parse(value);
        File.WriteAllText(folder["config.json"], config.ToJsonString());

        var failure = Assert.Throws<StageFailedException>(() => ModelFolder.Load(folder.Path));

        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.Contains(key == "num_key_value_heads" ? "key-value heads" : key, failure.Message, StringComparison.Ordinal);
        Assert.Contains("config.json", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ShapeThatConfigContradicts_NamesTheTensor()
    {
        using var folder = Saved();
        File.WriteAllText(folder["config.json"], File.ReadAllText(folder["config.json"]).Replace("\"intermediate_size\": 256", "\"intermediate_size\": 192", StringComparison.Ordinal));
        var failure = Assert.Throws<StageFailedException>(() => ModelFolder.Load(folder.Path));
        Assert.Contains("mlp.gate_proj.weight", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_MissingLayer_NamesTheTensor()
    {
        using var folder = Saved();
        File.WriteAllText(folder["config.json"], File.ReadAllText(folder["config.json"]).Replace("\"num_hidden_layers\": 3", "\"num_hidden_layers\": 4", StringComparison.Ordinal));
        var failure = Assert.Throws<StageFailedException>(() => ModelFolder.Load(folder.Path));
        Assert.Contains("model.layers.3.input_layernorm.weight", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_TensorThatNobodyReads_IsNamed()
    {
        using var folder = Saved();
        File.WriteAllText(folder["config.json"], File.ReadAllText(folder["config.json"]).Replace("\"num_hidden_layers\": 3", "\"num_hidden_layers\": 2", StringComparison.Ordinal));
        var failure = Assert.Throws<StageFailedException>(() => ModelFolder.Load(folder.Path));
        Assert.Contains("model.layers.2.", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"weight_map\": {\"model.norm.weight\": \"../model.safetensors\"}}")]
    [InlineData("{\"weight_map\": {\"model.norm.weight\": \"absent.safetensors\"}}")]
    [InlineData("{\"weight_map\": [1]}")]
    [InlineData("{")]
    public void Load_BadIndex_IsTheUsersData(string index)
    {
        using var folder = Saved();
        File.Delete(folder["model.safetensors"]);
        File.WriteAllText(folder["model.safetensors.index.json"], index);
        Assert.Equal(StageFailureClass.UserData, Assert.Throws<StageFailedException>(() => ModelFolder.Load(folder.Path)).Failure);
    }

    private static TemporaryFolder Saved()
    {
        var folder = new TemporaryFolder();
        using Decoder decoder = Decoder.Create(DecoderShapeTests.Quickstart, 1, "base", 0.08);
        ModelFolder.Save(decoder, folder.Path);
        return folder;
    }
}
