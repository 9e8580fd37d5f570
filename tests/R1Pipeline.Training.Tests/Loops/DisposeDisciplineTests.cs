using R1Pipeline.Contracts.Options;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Tests.Runtime;
using R1Pipeline.Training.Weights;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Loops;

/// <summary>Tensors are native memory that the garbage collector does not see: a loop must hold as many after 200 steps as after the first few.</summary>
[Collection(TensorCountCollection.Name)]
public sealed class DisposeDisciplineTests
{
    [Theory]
    [InlineData(DecoderFamily.Qwen2, false)]
    [InlineData(DecoderFamily.Qwen2, true)]
    [InlineData(DecoderFamily.Qwen3, false)]
    [InlineData(DecoderFamily.DeepseekV3, false)]
    [InlineData(DecoderFamily.DeepseekV3, true)]
    public void Run_200Steps_LiveTensorsStayFlat(DecoderFamily family, bool withAdapter)
    {
        using Decoder model = NewModel(ConfigOf(family), withAdapter);
        double balance = model.Config.Experts is null ? 0 : 0.001;
        var options = new SupervisedFineTuningOptions { Epochs = 25, BatchSize = 8, LearningRate = 1e-3, ExpertBiasStep = withAdapter ? 0 : balance, ExpertBalanceWeight = balance };
        var live = new List<long>();
        _ = LiveTensors.Count();
        using var host = new RecordingHost(checkpointEvery: 50, onStep: _ => live.Add(Tensor.TotalCount));
        new SftLoop(model, SftLoopTests.Rows(), options, 3, 1, "sft", host).Run(null);
        Assert.Equal(225, live.Count);
        Assert.InRange(live.Skip(200).Max(), 0, live.Skip(2).Take(8).Max());
    }

    [Theory]
    [InlineData(DecoderFamily.Qwen2, false)]
    [InlineData(DecoderFamily.Qwen2, true)]
    [InlineData(DecoderFamily.Qwen3, false)]
    [InlineData(DecoderFamily.DeepseekV3, false)]
    [InlineData(DecoderFamily.DeepseekV3, true)]
    public void Decode_200Steps_LiveTensorsStayFlat(DecoderFamily family, bool withAdapter)
    {
        using Decoder model = NewModel(ConfigOf(family) with { ContextTokens = 256 }, withAdapter);
        using KeyValueCache cache = model.NewCache(2, 256);
        model.Prefill([[3, 4, 5]], [0, 1], [0, 0], cache).Dispose();
        long before = LiveTensors.Count();
        for (int step = 0; step < 200; step++)
            model.Decode([6, 7], [3 + step, 3 + step], cache).Dispose();
        Assert.Equal(before, LiveTensors.Count());
    }

    [Fact]
    public void RunAndDecode_Quantized_LiveTensorsStayFlat()
    {
        using var folder = new TemporaryFolder();
        using (Decoder written = NewModel(ConfigOf(DecoderFamily.Qwen2) with { ContextTokens = 256 }, withAdapter: false)) ModelFolder.Save(written, folder.Path);
        using Decoder model = ModelFolder.LoadQuantized(folder.Path);
        model.Attach(LoraAdapter.Create(model.Config, new LoraOptions(), 1, "sft"));
        var options = new SupervisedFineTuningOptions { Epochs = 10, BatchSize = 8, LearningRate = 1e-3 };
        var live = new List<long>();
        _ = LiveTensors.Count();
        using var host = new RecordingHost(checkpointEvery: 50, onStep: _ => live.Add(Tensor.TotalCount));
        new SftLoop(model, SftLoopTests.Rows(), options, 3, 1, "sft", host).Run(null);
        Assert.InRange(live.Skip(60).Max(), 0, live.Skip(2).Take(8).Max());

        using KeyValueCache cache = model.NewCache(1, 256);
        model.Prefill([[3, 4, 5]], [0], [0], cache).Dispose();
        long before = LiveTensors.Count();
        for (int step = 0; step < 50; step++) model.Decode([6], [3 + step], cache).Dispose();
        Assert.Equal(before, LiveTensors.Count());
    }

    private static Decoder NewModel(DecoderConfig config, bool withAdapter)
    {
        Decoder model = Decoder.Create(config, 1, "sft", 0.1);
        return withAdapter ? LoraLoopTests.WithAdapter(model, new LoraOptions { Dropout = config.Experts is null ? 0.1 : 0 }, "sft") : model;
    }

    private static DecoderConfig ConfigOf(DecoderFamily family) => family == DecoderFamily.DeepseekV3 ? ExpertBalanceTests.Sparse : SftLoopTests.Small with { Family = family };
}
