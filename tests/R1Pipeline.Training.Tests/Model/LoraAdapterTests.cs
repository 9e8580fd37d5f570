using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Randomness;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Generation;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Rollouts;
using R1Pipeline.Training.Tests.Runtime;
using R1Pipeline.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Model;

/// <summary>An adapter begins as PEFT's does, reaches every projection of every family, in whole passes as in decoding, and is the same function when merged.</summary>
public sealed class LoraAdapterTests
{
    private const string Everything = "all";

    public static TheoryData<string> Families { get; } = new("qwen2-tied", "qwen3", "llama3", "deepseek-v3", "deepseek-v3-no-q-lora");

    [Theory]
    [MemberData(nameof(Families))]
    public void Attach_NewAdapter_ChangesNoBitAndEveryPartOfItMoves(string model)
    {
        using Decoder decoder = ModelFolder.Load(SharedFixtures.Path("models", model), trainable: false);
        using var scope = NewDisposeScope();
        Tensor ids = Ids(decoder, 24);
        byte[] bare = decoder.Project(decoder.Hidden(ids)).bytes.ToArray();

        decoder.Attach(LoraAdapter.Create(decoder.Config, new LoraOptions { Rank = 3 }, 1, Everything));

        Assert.True(decoder.Project(decoder.Hidden(ids)).bytes.SequenceEqual(bare));
        decoder.Hidden(ids).pow(2).sum().backward();
        foreach (var shape in decoder.Trained.Shapes.Where(shape => !DecoderParameters.IsRoutedExpert(shape.Name)))        // an expert may get no token
        {
            bool isB = shape.Name.EndsWith(".lora-b", StringComparison.Ordinal);
            Assert.True(decoder.Trained.GradientOf(shape.Name).norm().ToDouble() > 0 == isB, $"{shape.Name}: B is zero, so its gradient is not and that of A is");
            double bound = isB ? 0 : 1 / Math.Sqrt(shape.Dimensions[1]);
            Assert.InRange(decoder.Trained.ValueOf(shape.Name).abs().max().ToDouble(), 0.8 * bound, bound);
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Generate_WithAdapter_HasTheLogprobsOfAWholePassAndOfTheMergedModel(string model)
    {
        using Decoder decoder = ModelFolder.Load(SharedFixtures.Path("models", model), trainable: false);
        decoder.Attach(NewAdapter(decoder.Config));
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        Tensor ids = Ids(decoder, 24), logits = decoder.Project(decoder.Hidden(ids));
        int[] prompt = [.. Enumerable.Range(3, 7)];

        GeneratedSequence output = new GenerationEngine(decoder, eosId: -1, maxRows: 2)
            .Generate([new GenerationRequest(prompt, 2, 0)], new SamplingOptions { MaxNewTokens = 12 }, new DrawCoordinates(1, "test", 0, "lora"))[1];
        float[] whole = OutputLogprobs.Frozen(decoder, [new TrainingSample(prompt, output.OutputIds, output.Logprobs, null, 0)], 1, _ => { })[0];
        using Decoder mergedModel = Loops.LoraLoopTests.Merged(decoder);
        Tensor merged = mergedModel.Project(mergedModel.Hidden(ids));

        Assert.Equal(12, whole.Length);
        for (int i = 0; i < whole.Length; i++) Assert.Equal(whole[i], output.Logprobs[i], 1e-4f);
        Assert.InRange(merged.sub(logits).abs().max().ToDouble(), 0, 1e-4);
        using Decoder bare = ModelFolder.Load(SharedFixtures.Path("models", model), trainable: false);
        Assert.True(bare.Project(bare.Hidden(ids)).sub(logits).abs().max().ToDouble() > 0.1, "the adapter of this test changes the model");
    }

    [Fact]
    public void Clone_WithAdapter_SharesTheModelAndKeepsTheAdapterOfThatMoment()
    {
        using Decoder decoder = Loops.LoraLoopTests.NewModel(new LoraOptions { Rank = 2 });
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        Tensor ids = Ids(decoder, 8);
        byte[] before = decoder.Hidden(ids).bytes.ToArray();

        using (Decoder clone = decoder.Clone())
        {
            _ = decoder.Trained.Values.fill_(0.3f);
            Assert.Same(decoder.Parameters, clone.Parameters);
            Assert.NotSame(decoder.Trained, clone.Trained);
            Assert.True(clone.Hidden(ids).bytes.SequenceEqual(before));
        }

        Assert.False(decoder.Hidden(ids).bytes.SequenceEqual(before));             // and its model is still there
    }

    [Fact]
    public void Attach_TrainedDecoder_IsRefused()
    {
        using Decoder decoder = Decoder.Create(Loops.SftLoopTests.Small, 1, "sft", 0.1);
        using LoraAdapter adapter = LoraAdapter.Create(decoder.Config, new LoraOptions(), 1, "sft");
        Assert.Throws<InvalidOperationException>(() => decoder.Attach(adapter));
    }

    [Fact]
    public void Create_TargetThatTheModelLacks_NamesItAndThoseItHas()
    {
        var failure = Assert.Throws<StageFailedException>(() => LoraAdapter.Create(Loops.SftLoopTests.Small, new LoraOptions { Targets = ["q_proj", "kv_b_proj"] }, 1, "sft"));
        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.Contains("kv_b_proj", failure.Message, StringComparison.Ordinal);
        Assert.Contains("down_proj, gate_proj, k_proj, o_proj, q_proj, up_proj, v_proj", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_DropoutOnRoutedExperts_IsRefusedAndOnTheAttentionIsNot()
    {
        DecoderConfig config = DecoderConfigFile.Read(SharedFixtures.Path("models", "deepseek-v3"));
        var options = new LoraOptions { Dropout = 0.1 };
        Assert.Contains("dropout", Assert.Throws<StageFailedException>(() => LoraAdapter.Create(config, options, 1, "sft")).Message, StringComparison.Ordinal);
        LoraAdapter.Create(config, options with { Targets = ["o_proj", "kv_b_proj"] }, 1, "sft").Dispose();
    }

    [Theory]
    [InlineData("auto_mapping", """{"base_model_class": "Qwen2ForCausalLM", "parent_library": "transformers.models.qwen2.modeling_qwen2"}""")]
    [InlineData("init_lora_weights", "\"gaussian\"")]
    [InlineData("init_lora_weights", "false")]
    [InlineData("layers_to_transform", "null")]
    [InlineData("eva_config", "null")]
    [InlineData("target_parameters", "[]")]
    public void Load_SettingOfPeftThatChangesNoNumber_IsAccepted(string key, string value)
    {
        using var folder = new TemporaryFolder();
        using LoraAdapter adapter = LoraAdapter.Create(Loops.SftLoopTests.Small, new LoraOptions { Rank = 2 }, 1, "sft");
        AdapterFolder.Save(adapter, folder.Path);
        var config = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(folder["adapter_config.json"]))!.AsObject();
        config[key] = System.Text.Json.Nodes.JsonNode.Parse(value);
        File.WriteAllText(folder["adapter_config.json"], config.ToJsonString());

        using LoraAdapter loaded = AdapterFolder.Load(folder.Path, Loops.SftLoopTests.Small);

        Assert.True(adapter.Parameters.Values.bytes.SequenceEqual(loaded.Parameters.Values.bytes));
    }

    [Theory]
    [InlineData("use_dora", "true")]
    [InlineData("modules_to_save", "[\"lm_head\"]")]
    [InlineData("rank_pattern", "{\"q_proj\": 2}")]
    [InlineData("bias", "\"all\"")]
    [InlineData("peft_type", "\"IA3\"")]
    [InlineData("something_new", "1")]
    [InlineData("target_modules", "\"all-linear\"")]
    [InlineData("r", "0")]
    [InlineData("init_lora_weights", "\"pissa_niter_16\"")]
    public void Load_SettingThatIsNotComputedHere_IsNamed(string key, string value)
    {
        using var folder = new TemporaryFolder();
        string directory = Directory.CreateDirectory(folder["adapter"]).FullName, path = Path.Combine(directory, "adapter_config.json");
        using LoraAdapter adapter = LoraAdapter.Create(Loops.SftLoopTests.Small, new LoraOptions { Rank = 2 }, 1, "sft");
        AdapterFolder.Save(adapter, directory);
        AdapterFolder.Load(directory, Loops.SftLoopTests.Small).Dispose();
        var config = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        config[key] = System.Text.Json.Nodes.JsonNode.Parse(value);
        File.WriteAllText(path, config.ToJsonString());

        var failure = Assert.Throws<StageFailedException>(() => AdapterFolder.Load(directory, Loops.SftLoopTests.Small));

        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.Contains($"{key} is ", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("r", "2147483647", "has shape")]
    [InlineData("target_modules", "[\"q_proj\"]", "nothing in this adapter reads")]
    [InlineData("target_modules", "[\"kv_b_proj\"]", "target_modules names kv_b_proj")]
    public void Load_SettingsThatDoNotFitTheFile_AreRefusedBeforeAnythingIsAllocated(string key, string value, string words)
    {
        using var folder = new TemporaryFolder();
        string directory = Directory.CreateDirectory(folder["adapter"]).FullName, path = Path.Combine(directory, "adapter_config.json");
        using LoraAdapter adapter = LoraAdapter.Create(Loops.SftLoopTests.Small, new LoraOptions { Rank = 2 }, 1, "sft");
        AdapterFolder.Save(adapter, directory);
        var config = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        config[key] = System.Text.Json.Nodes.JsonNode.Parse(value);
        File.WriteAllText(path, config.ToJsonString());

        var failure = Assert.Throws<StageFailedException>(() => AdapterFolder.Load(directory, Loops.SftLoopTests.Small));

        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.Contains(directory, failure.Message, StringComparison.Ordinal);
    }

    // Large enough a B that the adapter is no detail.
    private static LoraAdapter NewAdapter(DecoderConfig config)
    {
        LoraAdapter adapter = LoraAdapter.Create(config, new LoraOptions { Rank = 3, Alpha = 3 }, 1, Everything);
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        foreach (var shape in adapter.Parameters.Shapes.Where(shape => shape.Name.EndsWith(".lora-b", StringComparison.Ordinal)))
            _ = adapter.Parameters.ValueOf(shape.Name).copy_(DecoderInitialization.Normal(shape, 0.05, 1, Everything));
        return adapter;
    }

    private static Tensor Ids(Decoder decoder, int length)
    {
        var random = new RandomStream(1, "test", 0, "ids");
        return tensor(Enumerable.Range(0, length).Select(_ => (long)random.NextInt(decoder.Config.VocabularySize)).ToArray()).unsqueeze(0);
    }
}
