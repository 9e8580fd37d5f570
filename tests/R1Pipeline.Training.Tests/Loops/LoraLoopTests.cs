using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Tests.Runtime;
using R1Pipeline.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Loops;

/// <summary>Both loops on an adapter: it learns, the model below it keeps every bit, a checkpoint holds the adapter alone, and a resume ends with the same bits.</summary>
public sealed class LoraLoopTests
{
    private static readonly LoraOptions Lora = new() { Rank = 4, Alpha = 8 };

    private static readonly SupervisedFineTuningOptions Sft = new() { Epochs = 6, BatchSize = 8, LearningRate = 1e-2, WarmupSteps = 3, WeightDecay = 0.01 };

    [Fact]
    public void Sft_54Steps_LearnsKeepsTheBaseAndMergesToTheSameLogits()
    {
        using Decoder model = NewModel(Lora);
        using var host = new RecordingHost();
        byte[] before = model.Parameters.Values.bytes.ToArray();

        LoopOutcome outcome = new SftLoop(model, SftLoopTests.Rows(), Sft, null, 1, "sft", host).Run(null);

        Assert.Equal(54, outcome.Steps);
        Assert.InRange(outcome.FinalLoss, 0, 0.7 * host.Steps[0].Values["loss"]);
        Assert.True(model.Parameters.Values.bytes.SequenceEqual(before));
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        Tensor ids = tensor(SftLoopTests.Rows()[0].Ids.Select(id => (long)id).ToArray()).unsqueeze(0);
        Tensor unmerged = model.Project(model.Hidden(ids));
        using Decoder merged = Merged(model);
        Assert.False(merged.Parameters.Values.bytes.SequenceEqual(before));
        Assert.InRange(merged.Project(merged.Hidden(ids)).sub(unmerged).abs().max().ToDouble(), 0, 1e-4);
    }

    [Theory]
    [InlineData(0, 4)]
    [InlineData(0, 13)]
    [InlineData(0.2, 7)]
    public void Sft_ResumedFromACheckpoint_EndsWithTheSameBits(double dropout, int cadence)
    {
        LoraOptions lora = Lora with { Dropout = dropout };
        using RecordingHost whole = new(), stopped = new(cadence), resumed = new();
        (LoopOutcome expected, byte[] bits) = Train(lora, null, whole, null);
        Train(lora, null, stopped, null);
        (LoopOutcome actual, byte[] resumedBits) = Train(lora, null, resumed, stopped.Checkpoints[^1].Directory);

        Assert.Equal(expected, actual);
        Assert.Equal(bits, resumedBits);
        foreach (StepMetrics step in resumed.Steps) Assert.Equal(whole.Steps[(int)step.Step - 1].Values, step.Values);
    }

    [Fact]
    public void Sft_Dropout_IsTheSameForEveryMicroBatchAndAnotherInEveryStep()
    {
        using RecordingHost whole = new(), split = new(), without = new();
        Train(Lora with { Dropout = 0.3 }, null, whole, null);
        Train(Lora with { Dropout = 0.3 }, 3, split, null);
        Train(Lora, null, without, null);

        // At step 1 B is zero: the loss does not see the mask, the gradient of B does.
        Assert.Equal(whole.Steps[0].Values["grad-norm"], split.Steps[0].Values["grad-norm"], 1e-5);
        Assert.Equal(whole.Steps[9].Values["loss"], split.Steps[9].Values["loss"], 1e-4);
        Assert.NotEqual(whole.Steps[0].Values["grad-norm"], without.Steps[0].Values["grad-norm"], 1e-3);
        Assert.Equal(whole.Steps[0].Values["loss"], without.Steps[0].Values["loss"], 1e-6);
    }

    [Fact]
    public void Sft_Checkpoint_IsAnAdapterFolderWithoutTheModel()
    {
        using var host = new RecordingHost(checkpointEvery: 54);
        using Decoder model = NewModel(Lora);
        new SftLoop(model, SftLoopTests.Rows(), Sft, null, 1, "sft", host).Run(null);
        string directory = host.Checkpoints[0].Directory;
        AdapterFolder.SaveConfig(model.Adapter!, directory);

        using LoraAdapter loaded = AdapterFolder.Load(directory, model.Config);

        Assert.True(loaded.Parameters.Values.bytes.SequenceEqual(model.Adapter!.Parameters.Values.bytes));
        Assert.Equal(
            ["adapter_config.json", "adapter_model.safetensors", "training/first-moment.safetensors", "training/second-moment.safetensors", "training/state.json"],
            Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(directory, path)).Order(StringComparer.Ordinal));
        using var moment = new SafetensorsReader(Path.Combine(directory, "training/first-moment.safetensors"));
        Assert.Equal([model.Trained.Count], moment.Entries["first-moment"].Shape);
    }

    [Fact]
    public void Sft_CheckpointOfAnotherRank_IsRefused()
    {
        using RecordingHost host = new(5), other = new();
        Train(Lora, null, host, null);
        using Decoder model = NewModel(Lora with { Rank = 2 });

        var failure = Assert.Throws<StageFailedException>(() => new SftLoop(model, SftLoopTests.Rows(), Sft, null, 1, "sft", other).Run(host.Checkpoints[0].Directory));

        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.Contains("another model", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Grpo_ResumedFromAnyStep_SameBytesAndMetricsAndAnUntouchedBase()
    {
        using var whole = new GrpoLoopHost(Enumerable.Range(1, 12).Select(i => (long)i).ToArray());
        using Decoder wholePolicy = NewPolicy();
        byte[] before = wholePolicy.Parameters.Values.bytes.ToArray(), first = wholePolicy.Trained.Values.bytes.ToArray();
        LoopOutcome wholeOutcome = GrpoLoopTask.NewLoop(wholePolicy, GrpoLoopTask.Options, whole).Run(null);
        byte[] expected = wholePolicy.Trained.Values.bytes.ToArray();
        Assert.False(expected.SequenceEqual(first));
        Assert.True(wholePolicy.Parameters.Values.bytes.SequenceEqual(before));

        for (long step = 1; step <= 12; step++)
        {
            using var host = new GrpoLoopHost();
            using Decoder policy = NewPolicy();
            LoopOutcome outcome = GrpoLoopTask.NewLoop(policy, GrpoLoopTask.Options, host).Run(whole.CheckpointAt(step));
            Assert.Equal(wholeOutcome, outcome);
            Assert.True(policy.Trained.Values.bytes.SequenceEqual(expected), $"resumed from step {step}: other bytes");
            Assert.Equal(whole.Steps.Where(done => done.Step > step).SelectMany(done => done.Values), host.Steps.SelectMany(done => done.Values));
        }
    }

    [Fact]
    public void Grpo_FirstStep_ReferenceIsTheBaseAndRolloutsAreTheTrainersPolicy()
    {
        using var host = new GrpoLoopHost();
        using Decoder policy = NewPolicy();
        GrpoLoopTask.NewLoop(policy, GrpoLoopTask.Options with { Iterations = 8, ReferenceRefreshIterations = 3 }, host).Run(null);

        Assert.InRange(host.Steps[0].Values["kl"], 0, 1e-9);
        Assert.InRange(host.Steps[7].Values["kl"], 1e-7, 10);                      // the third iteration, far from the base by now
        Assert.InRange(host.Steps[9].Values["kl"], 0, 1e-9);                       // the fourth: the reference is the adapter of that moment
        foreach (StepMetrics step in host.Steps.Where(step => step.Values.ContainsKey("logprob-drift"))) Assert.InRange(step.Values["logprob-drift"], 0, 1e-4);
    }

    internal static Decoder NewModel(LoraOptions lora) => WithAdapter(Decoder.Create(SftLoopTests.Small, 1, "sft", 0.1), lora, "sft");

    /// <summary>The model as it is written out, read back.</summary>
    internal static Decoder Merged(Decoder model)
    {
        using var folder = new TemporaryFolder();
        ModelFolder.Save(model, folder.Path);
        return ModelFolder.Load(folder.Path, trainable: false, model.Placement);
    }

    private static Decoder NewPolicy() => WithAdapter(GrpoLoopTask.NewPolicy(), Lora, "rl");

    /// <summary>A frozen copy with a new adapter, in place of the decoder.</summary>
    internal static Decoder WithAdapter(Decoder trained, LoraOptions lora, string stage)
    {
        using (trained)
        {
            Decoder frozen = trained.Copy(withGradients: false);
            frozen.Attach(LoraAdapter.Create(frozen.Config, lora, 1, stage, placement: frozen.Placement));
            return frozen;
        }
    }

    private static (LoopOutcome, byte[]) Train(LoraOptions lora, int? microBatch, RecordingHost host, string? resume)
    {
        using Decoder model = NewModel(lora);
        LoopOutcome outcome = new SftLoop(model, SftLoopTests.Rows(), Sft with { Epochs = 2 }, microBatch, 1, "sft", host).Run(resume);
        return (outcome, model.Trained.Values.bytes.ToArray());
    }
}
