using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Tests.Model;
using R1Pipeline.Training.Tests.Runtime;
using R1Pipeline.Training.Weights;
using TorchSharp;

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

    [Theory]
    [InlineData("qwen2-tied", WeightType.Float32)]
    [InlineData("qwen2-bf16", WeightType.BFloat16)]
    [InlineData("qwen3", WeightType.Float32)]
    [InlineData("llama3", WeightType.Float32)]
    [InlineData("deepseek-v3", WeightType.Float32)]
    [InlineData("deepseek-v3-no-q-lora", WeightType.Float32)]
    public void Save_TransformersModel_GivesItsVeryBytesBack(string model, WeightType type)
    {
        string source = SharedFixtures.Path("models", model);
        using Decoder decoder = ModelFolder.Load(source);
        using var folder = new TemporaryFolder();
        ModelFolder.Save(decoder, folder.Path, new ExportOptions(type));
        Assert.Equal(File.ReadAllBytes(Path.Combine(source, "model.safetensors")), File.ReadAllBytes(folder["model.safetensors"]));
    }

    [Theory]
    [InlineData("qwen2-untied-sharded")]
    [InlineData("qwen3")]
    [InlineData("llama3")]
    [InlineData("deepseek-v3")]
    public void Save_Shards_HoldTheSameTensorsAndConfig(string model)
    {
        const long limit = 60_000;
        using Decoder decoder = ModelFolder.Load(SharedFixtures.Path("models", model));
        using TemporaryFolder folder = new(), again = new();
        ModelFolder.Save(decoder, folder.Path, new ExportOptions(MaxShardBytes: limit));
        using Decoder loaded = ModelFolder.Load(folder.Path);
        ModelFolder.Save(loaded, again.Path, new ExportOptions(MaxShardBytes: limit));

        Assert.Equal(decoder.Config, loaded.Config);
        Assert.True(decoder.Parameters.Values.bytes.SequenceEqual(loaded.Parameters.Values.bytes));
        string[] shards = Directory.GetFiles(folder.Path, "model-*.safetensors");
        Assert.True(shards.Length > 2);
        Assert.Equal(shards.Length, Directory.GetFiles(folder.Path, $"model-*-of-{shards.Length:00000}.safetensors").Length);
        foreach (string shard in shards)
        {
            using var reader = new SafetensorsReader(shard);
            Assert.True(reader.Entries.Count == 1 || reader.Entries.Values.Sum(entry => entry.Length) <= limit);
        }

        foreach (string file in Directory.GetFiles(folder.Path)) Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(again[Path.GetFileName(file)]));
        JsonObject index = JsonNode.Parse(File.ReadAllText(folder["model.safetensors.index.json"]))!.AsObject();
        Assert.Equal(decoder.Parameters.Count * sizeof(float), index["metadata"]!["total_size"]!.GetValue<long>());
    }

    [Theory]
    [InlineData(WeightType.BFloat16)]
    [InlineData(WeightType.Float16)]
    public void Save_HalfPrecision_LoadsAndComesBackToTheByte(WeightType type)
    {
        using Decoder decoder = ModelFolder.Load(SharedFixtures.Path("models", "deepseek-v3"));
        using TemporaryFolder first = new(), second = new();
        ModelFolder.Save(decoder, first.Path, new ExportOptions(type));
        using Decoder loaded = ModelFolder.Load(first.Path);
        ModelFolder.Save(loaded, second.Path, new ExportOptions(type));

        Assert.Equal(File.ReadAllBytes(first["model.safetensors"]), File.ReadAllBytes(second["model.safetensors"]));
        using var reader = new SafetensorsReader(first["model.safetensors"]);
        Assert.Equal(["F32"], reader.Entries.Values.Where(entry => entry.Name.EndsWith("e_score_correction_bias", StringComparison.Ordinal)).Select(entry => entry.Dtype).Distinct());
        Assert.Equal(type == WeightType.BFloat16 ? "BF16" : "F16", reader.Entries["model.norm.weight"].Dtype);
        Assert.Contains(type == WeightType.BFloat16 ? "\"bfloat16\"" : "\"float16\"", File.ReadAllText(first["config.json"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Convert_FolderOfTransformers_KeepsAllButTheWeights()
    {
        string source = SharedFixtures.Path("models", "llama3");
        using TemporaryFolder half = new(), back = new();
        ModelConversion.Write(source, half.Path, new ExportOptions(WeightType.BFloat16, MaxShardBytes: 50_000));
        ModelConversion.Write(half.Path, back.Path, new ExportOptions(WeightType.BFloat16));

        foreach (string file in (string[])["generation_config.json", "tokenizer.json", "tokenizer_config.json"])
            Assert.Equal(File.ReadAllBytes(Path.Combine(source, file)), File.ReadAllBytes(half[file]));
        JsonObject before = JsonNode.Parse(File.ReadAllText(Path.Combine(source, "config.json")))!.AsObject(), after = JsonNode.Parse(File.ReadAllText(half["config.json"]))!.AsObject();
        before["torch_dtype"] = "bfloat16";
        Assert.True(JsonNode.DeepEquals(before, after));
        using Decoder exact = ModelFolder.Load(source), rounded = ModelFolder.Load(half.Path), whole = ModelFolder.Load(back.Path);
        Assert.True(rounded.Parameters.Values.bytes.SequenceEqual(whole.Parameters.Values.bytes));
        using torch.Tensor difference = (exact.Parameters.Values - rounded.Parameters.Values).abs() / (exact.Parameters.Values.abs() + 1e-30);
        Assert.InRange(difference.max().ToSingle(), 1e-6f, 1f / 256);
    }

    [Fact]
    public void Convert_FolderOfAStageThatTrainedAnAdapter_KeepsTheAdapter()
    {
        using TemporaryFolder source = new(), converted = new();
        foreach (string file in Directory.GetFiles(SharedFixtures.Path("models", "qwen2-tied"))) File.Copy(file, source[Path.GetFileName(file)]);
        _ = Directory.CreateDirectory(source["adapter"]);
        foreach (string file in (string[])["adapter_config.json", "adapter_model.safetensors"]) File.Copy(SharedFixtures.Path("lora", "qwen2-r4", file), source[Path.Combine("adapter", file)]);

        ModelConversion.Write(source.Path, converted.Path, new ExportOptions(WeightType.BFloat16));

        foreach (string file in Directory.GetFiles(source["adapter"]))
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(converted[Path.Combine("adapter", Path.GetFileName(file))]));
    }

    [Fact]
    public void Convert_RewardModel_StaysOne()
    {
        string source = SharedFixtures.Path("preference", "reward-model");
        using var folder = new TemporaryFolder();
        ModelConversion.Write(source, folder.Path, new ExportOptions());
        using RewardModel model = RewardModel.Load(folder.Path);
        Assert.Equal(File.ReadAllBytes(Path.Combine(source, "model.safetensors")), File.ReadAllBytes(folder["model.safetensors"]));
    }

    [Fact]
    public void Save_BeyondTheRangeOfFloat16_NamesTheTensor()
    {
        using Decoder decoder = Decoder.Create(DecoderShapeTests.Quickstart, 1, "base", 0.08);
        using (torch.no_grad()) decoder.Parameters["final-norm"].fill_(70000);
        using var folder = new TemporaryFolder();
        var failure = Assert.Throws<StageFailedException>(() => ModelFolder.Save(decoder, folder.Path, new ExportOptions(WeightType.Float16)));
        Assert.Contains("model.norm.weight", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Load_WeightThatIsNotFinite_NamesTheTensor(float value)
    {
        using Decoder decoder = Decoder.Create(DecoderShapeTests.Quickstart, 1, "base", 0.08);
        using (torch.no_grad()) decoder.Parameters["layers.1.down"].narrow(0, 3, 1).narrow(1, 5, 1).fill_(value);
        using var folder = new TemporaryFolder();
        ModelFolder.Save(decoder, folder.Path);
        var failure = Assert.Throws<StageFailedException>(() => ModelFolder.Load(folder.Path));
        Assert.Contains("model.layers.1.mlp.down_proj.weight", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_LayersForMultiTokenPrediction_AreLeftAsideAndNamed()
    {
        string source = SharedFixtures.Path("models", "deepseek-v3");
        using TemporaryFolder folder = new(), converted = new();
        foreach (string file in (string[])["config.json", "model.safetensors"]) File.Copy(Path.Combine(source, file), folder[file]);
        Assert.Empty(ModelFolder.PredictionTensors(folder.Path));

        // The last layer of three stands in for the one that DeepSeek-V3 publishes behind its last.
        JsonObject config = JsonNode.Parse(File.ReadAllText(folder["config.json"]))!.AsObject();
        (config["num_hidden_layers"], config["num_nextn_predict_layers"]) = (2, 1);
        File.WriteAllText(folder["config.json"], config.ToJsonString());
        IReadOnlyList<string> left = ModelFolder.PredictionTensors(folder.Path);
        ModelConversion.Write(folder.Path, converted.Path, new ExportOptions());

        Assert.Contains("model.layers.2.self_attn.o_proj.weight", left);
        Assert.All(left, name => Assert.StartsWith("model.layers.2.", name, StringComparison.Ordinal));
        Assert.Equal(0, (int)JsonNode.Parse(File.ReadAllText(converted["config.json"]))!["num_nextn_predict_layers"]!);
        Assert.Empty(ModelFolder.PredictionTensors(converted.Path));
        using Decoder first = ModelFolder.Load(folder.Path), second = ModelFolder.Load(converted.Path);
        Assert.True(first.Parameters.Values.bytes.SequenceEqual(second.Parameters.Values.bytes));
    }

    [Theory]
    [InlineData("scoring_func", "\"softmax\"")]
    [InlineData("topk_method", "\"greedy\"")]
    [InlineData("moe_layer_freq", "2")]
    [InlineData("n_group", "3")]
    [InlineData("topk_group", "5")]
    [InlineData("num_experts_per_tok", "5")]
    [InlineData("num_key_value_heads", "2")]
    [InlineData("n_shared_experts", "-1")]
    [InlineData("rope_interleave", "1")]
    public void Load_DeepseekKeyThatIsNotSupported_IsNamed(string key, string value)
    {
        using var folder = new TemporaryFolder();
        JsonObject config = JsonNode.Parse(File.ReadAllText(SharedFixtures.Path("models", "deepseek-v3", "config.json")))!.AsObject();
        config[key] = JsonNode.Parse(value);
        File.WriteAllText(folder["config.json"], config.ToJsonString());
        Assert.Contains(key, Assert.Throws<StageFailedException>(() => DecoderConfigFile.Read(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model_type", "\"mistral\"")]
    [InlineData("architectures", "[\"Qwen3ForCausalLM\"]")]
    [InlineData("rope_scaling", "{\"rope_type\": \"longrope\", \"factor\": 4.0}")]
    [InlineData("rope_scaling", "{\"type\": \"mrope\"}")]
    [InlineData("rope_scaling", "{\"rope_type\": \"yarn\", \"factor\": 4.0, \"truncate\": false}")]
    [InlineData("rope_scaling", "{\"rope_type\": \"linear\"}")]
    [InlineData("rope_parameters", "{\"rope_type\": \"default\", \"rope_theta\": 10000, \"partial_rotary_factor\": 0.5}")]
    [InlineData("rope_parameters", "{\"rope_type\": \"default\", \"rope_theta\": 1e300}")]
    [InlineData("rope_parameters", "{\"rope_type\": \"llama3\", \"factor\": 8.0}")]
    [InlineData("attention_bias", "true")]
    [InlineData("partial_rotary_factor", "0.5")]
    [InlineData("rms_norm_eps", "\"small\"")]
    [InlineData("rope_theta", "1")]
    [InlineData("eos_token_id", "[111, 1]")]
    [InlineData("bos_token_id", "\"<s>\"")]
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

    [Theory]
    [InlineData("[]")]
    [InlineData("-1")]
    public void Read_NoEndToken_IsNone(string value)
    {
        using var folder = Saved();
        JsonObject config = JsonNode.Parse(File.ReadAllText(folder["config.json"]))!.AsObject();
        config["eos_token_id"] = JsonNode.Parse(value);
        File.WriteAllText(folder["config.json"], config.ToJsonString());

        DecoderConfig read = DecoderConfigFile.Read(folder.Path);

        Assert.Null(read.EosTokenId);
        Assert.Empty(read.OtherEndTokenIds);
    }

    [Fact]
    public void Read_PartialRotaryFactorOfOne_IsTheWholeHead()
    {
        using var folder = Saved();
        DecoderConfig before = DecoderConfigFile.Read(folder.Path);
        JsonObject config = JsonNode.Parse(File.ReadAllText(folder["config.json"]))!.AsObject();
        config["partial_rotary_factor"] = 1.0;
        File.WriteAllText(folder["config.json"], config.ToJsonString());
        Assert.Equal(before, DecoderConfigFile.Read(folder.Path));
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
