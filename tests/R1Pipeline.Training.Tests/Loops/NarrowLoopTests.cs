using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Runtime;
using R1Pipeline.Training.Tests.Runtime;
using R1Pipeline.Training.Weights;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Loops;

/// <summary>Training that computes in bf16 on fp32 masters: it learns like fp32, and a checkpoint, which holds the masters, continues to the bit.</summary>
[Collection(TensorCountCollection.Name)]
public sealed class NarrowLoopTests
{
    private static readonly Placement Narrow = new(CPU, ScalarType.BFloat16);
    private static readonly SupervisedFineTuningOptions Options = new() { Epochs = 12, BatchSize = 8, LearningRate = 3e-3, WarmupSteps = 3, WeightDecay = 0.01 };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sft_Bf16_LossFallsLikeInFp32(bool checkpointing)
    {
        using RecordingHost wide = new(), narrow = new();
        Train(Options, Placement.Host, wide, null);
        Train(Options with { ActivationCheckpointing = checkpointing }, Narrow, narrow, null);

        double[] fp32 = Losses(wide), bf16 = Losses(narrow);
        Assert.NotEqual(fp32, bf16);
        Assert.InRange(bf16[^1], 0, 0.5 * bf16[0]);
        for (int step = 0; step < fp32.Length; step++) Assert.InRange(bf16[step] / fp32[step], 1 - Tolerance, 1 + Tolerance);
    }

    [Fact]
    public void Sft_Bf16ResumedFromACheckpoint_EndsWithTheSameBits()
    {
        using RecordingHost whole = new(7), resumed = new();
        (LoopOutcome expected, byte[] bits) = Train(Options with { Epochs = 3 }, Narrow, whole, null);
        (LoopOutcome actual, byte[] resumedBits) = Train(Options with { Epochs = 3 }, Narrow, resumed, whole.Checkpoints[1].Directory);

        Assert.Equal(expected, actual);
        Assert.Equal(bits, resumedBits);
        foreach (StepMetrics step in resumed.Steps) Assert.Equal(whole.Steps[(int)step.Step - 1].Values, step.Values);
    }

    [Fact]
    public void Grpo_Bf16ResumedFromAnyStep_EndsWithTheSameBits()
    {
        using var whole = new GrpoLoopHost([.. Enumerable.Range(1, 12).Select(step => (long)step)]);
        using Decoder policy = GrpoLoopTask.NewPolicy(Narrow);
        LoopOutcome expected = GrpoLoopTask.NewLoop(policy, GrpoLoopTask.Options, whole).Run(null);

        // The sampler and the trainer compute with the same bf16 weights in other orders; the reference begins as the policy.
        Assert.All(whole.Steps.Where(step => step.Values.ContainsKey("logprob-drift")), step => Assert.InRange(step.Values["logprob-drift"], 0, 0.02));
        Assert.Equal(0, whole.Steps[0].Values["kl"]);
        foreach (long step in (long[])[1, 5, 6, 11])
        {
            using var host = new GrpoLoopHost();
            using Decoder again = GrpoLoopTask.NewPolicy(Narrow);
            Assert.Equal(expected, GrpoLoopTask.NewLoop(again, GrpoLoopTask.Options, host).Run(whole.CheckpointAt(step)));
            Assert.True(again.Parameters.Values.bytes.SequenceEqual(policy.Parameters.Values.bytes), $"resumed from step {step}: other bytes");
        }
    }

    [Fact]
    public void Run_UpdatesTooSmallForBf16_ReachTheMasters()
    {
        using Decoder model = Decoder.Create(SftLoopTests.Small, 1, "sft", 0.1, Narrow);
        byte[] before = model.Parameters["layers.0.down"].detach().bytes.ToArray();
        float[] masters = model.Parameters.ValueOf("layers.0.down").data<float>().ToArray();
        using var host = new RecordingHost();
        new SftLoop(model, SftLoopTests.Rows(), Options with { Epochs = 1, LearningRate = 1e-6, WarmupSteps = 0, WeightDecay = 0 }, null, 1, "sft", host).Run(null);

        float[] after = model.Parameters.ValueOf("layers.0.down").data<float>().ToArray();
        Assert.InRange(masters.Zip(after).Count(pair => pair.First != pair.Second), 0.99 * masters.Length, masters.Length);
        byte[] narrow = model.Parameters["layers.0.down"].detach().bytes.ToArray();
        Assert.InRange(before.Chunk(2).Zip(narrow.Chunk(2)).Count(pair => pair.First.SequenceEqual(pair.Second)), 0.9 * masters.Length, masters.Length);
    }

    [Fact]
    public void SaveAndLoad_Bf16_WritesTheMastersInFp32()
    {
        using Decoder model = Decoder.Create(SftLoopTests.Small, 1, "sft", 0.1, Narrow), wide = Decoder.Create(SftLoopTests.Small, 1, "sft", 0.1);
        using TemporaryFolder ours = new(), theirs = new();
        ModelFolder.Save(model, ours.Path);
        ModelFolder.Save(wide, theirs.Path);

        Assert.Equal(File.ReadAllBytes(theirs["model.safetensors"]), File.ReadAllBytes(ours["model.safetensors"]));
        using Decoder loaded = ModelFolder.Load(ours.Path, trainable: false, Narrow);
        Assert.True(loaded.Parameters["embedding"].bytes.SequenceEqual(model.Parameters["embedding"].detach().bytes));
    }

    [Fact]
    public void RunAndDecode_Bf16_LiveTensorsStayFlat()
    {
        using Decoder model = LoraLoopTests.WithAdapter(Decoder.Create(SftLoopTests.Small with { ContextTokens = 256 }, 1, "sft", 0.1, Narrow), new LoraOptions { Dropout = 0.1 }, "sft");
        var live = new List<long>();
        _ = LiveTensors.Count();
        using var host = new RecordingHost(checkpointEvery: 20, onStep: _ => live.Add(Tensor.TotalCount));
        new SftLoop(model, SftLoopTests.Rows(), Options with { Epochs = 8 }, 3, 1, "sft", host).Run(null);
        Assert.InRange(live.Skip(60).Max(), 0, live.Skip(2).Take(8).Max());

        using KeyValueCache cache = model.NewCache(2, 256);
        model.Prefill([[3, 4, 5]], [0, 1], [0, 0], cache).Dispose();
        long before = LiveTensors.Count();
        for (int step = 0; step < 50; step++) model.Decode([6, 7], [3 + step, 3 + step], cache).Dispose();
        Assert.Equal(before, LiveTensors.Count());
    }

    private const double Tolerance = 0.1;

    private static double[] Losses(RecordingHost host) => [.. host.Steps.Select(step => step.Values["loss"])];

    private static (LoopOutcome, byte[]) Train(SupervisedOptions options, Placement placement, RecordingHost host, string? resume)
    {
        using Decoder model = Decoder.Create(SftLoopTests.Small, 1, "sft", 0.1, placement);
        LoopOutcome outcome = new SftLoop(model, SftLoopTests.Rows(), options, 3, 1, "sft", host).Run(resume);
        return (outcome, model.Parameters.Values.bytes.ToArray());
    }
}
