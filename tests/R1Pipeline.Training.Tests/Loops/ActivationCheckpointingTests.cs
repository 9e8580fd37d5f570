using R1Pipeline.Contracts.Options;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Tests.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Loops;

/// <summary>Activation checkpointing: every loop ends with the bits that it ends with otherwise and leaves no tensor behind.</summary>
[Collection(TensorCountCollection.Name)]
public sealed class ActivationCheckpointingTests
{
    private static readonly SupervisedFineTuningOptions Sft = new() { BatchSize = 8, LearningRate = 1e-2 };

    public static TheoryData<DecoderFamily, double?> Models => new()
    {
        { DecoderFamily.Qwen2, null },
        { DecoderFamily.Qwen2, 0 },
        { DecoderFamily.Qwen2, 0.2 },
        { DecoderFamily.Qwen3, null },
        { DecoderFamily.DeepseekV3, null },
        { DecoderFamily.DeepseekV3, 0 },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void Sft_AnyModel_SameBitsAndFiguresAtEveryStep(DecoderFamily family, double? dropout)
    {
        SupervisedFineTuningOptions options = OptionsOf(family, dropout);
        using RecordingHost kept = new(), computedAgain = new();
        using Decoder expected = NewModel(family, dropout), actual = NewModel(family, dropout);
        byte[] before = expected.Trained.Values.bytes.ToArray();
        new SftLoop(expected, SftLoopTests.Rows(), options, 3, 1, "sft", kept).Run(null);
        new SftLoop(actual, SftLoopTests.Rows(), options with { ActivationCheckpointing = true }, 3, 1, "sft", computedAgain).Run(null);

        Assert.True(actual.ActivationCheckpointing);
        Assert.False(expected.Trained.Values.bytes.SequenceEqual(before));
        foreach (var (one, other) in kept.Steps.Zip(computedAgain.Steps)) Assert.Equal(one.Values, other.Values);
        Assert.True(actual.Trained.Values.bytes.SequenceEqual(expected.Trained.Values.bytes));
    }

    [Fact]
    public void Sft_ExpertsWithoutBalanceLoss_SameBits()
    {
        SupervisedFineTuningOptions options = Sft with { ExpertBiasStep = 0.001 };
        using RecordingHost kept = new(), computedAgain = new();
        using Decoder expected = NewModel(DecoderFamily.DeepseekV3, null), actual = NewModel(DecoderFamily.DeepseekV3, null);
        new SftLoop(expected, SftLoopTests.Rows(), options, null, 1, "sft", kept).Run(null);
        new SftLoop(actual, SftLoopTests.Rows(), options with { ActivationCheckpointing = true }, null, 1, "sft", computedAgain).Run(null);
        Assert.True(actual.Parameters.Values.bytes.SequenceEqual(expected.Parameters.Values.bytes));
    }

    [Fact]
    public void Sft_ResumedWithIt_EndsWithTheSameBits()
    {
        using RecordingHost whole = new(4), resumed = new();
        using Decoder expected = NewModel(DecoderFamily.Qwen2, 0.2), actual = NewModel(DecoderFamily.Qwen2, 0.2);
        LoopOutcome outcome = new SftLoop(expected, SftLoopTests.Rows(), Sft, 3, 1, "sft", whole).Run(null);
        SupervisedFineTuningOptions options = Sft with { ActivationCheckpointing = true };
        Assert.Equal(outcome, new SftLoop(actual, SftLoopTests.Rows(), options, 3, 1, "sft", resumed).Run(whole.Checkpoints[0].Directory));
        Assert.Equal(5, resumed.Steps[0].Step);
        Assert.True(actual.Trained.Values.bytes.SequenceEqual(expected.Trained.Values.bytes));
    }

    [Fact]
    public void Grpo_SameBits()
    {
        using GrpoLoopHost kept = new(), computedAgain = new();
        using Decoder expected = GrpoLoopTask.NewPolicy(), actual = GrpoLoopTask.NewPolicy();
        GrpoLoopTask.NewLoop(expected, GrpoLoopTask.Options, kept).Run(null);
        GrpoLoopTask.NewLoop(actual, GrpoLoopTask.Options with { ActivationCheckpointing = true }, computedAgain).Run(null);
        Assert.True(actual.ActivationCheckpointing);
        Assert.True(actual.Parameters.Values.bytes.SequenceEqual(expected.Parameters.Values.bytes));
    }

    [Fact]
    public void RewardModel_SameBits()
    {
        PreferencePair[] pairs = [.. SftLoopTests.Rows().Take(16).Select(row => new PreferencePair(new([.. row.Ids, 5, 1], 1, row.Row), new([.. row.Ids, 6, 1], 1, row.Row)))];
        byte[] Train(bool checkpointing)
        {
            using Decoder body = Decoder.Create(SftLoopTests.Small, 1, "base", 0.1);
            using RewardModel model = RewardModel.From(body, 1, "rm");
            using var host = new RecordingHost();
            new RewardModelLoop(model, pairs, new RewardModelingOptions { BatchSize = 4, LearningRate = 1e-3, ActivationCheckpointing = checkpointing }, null, 1, "rm", host).Run(null);
            Assert.Equal(checkpointing, model.Body.ActivationCheckpointing);
            return model.Parameters.Values.bytes.ToArray();
        }

        Assert.Equal(Train(false), Train(true));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Sft_63Steps_LiveTensorsStayFlat(DecoderFamily family, double? dropout)
    {
        using Decoder model = NewModel(family, dropout);
        var live = new List<long>();
        _ = LiveTensors.Count();
        using var host = new RecordingHost(checkpointEvery: 20, onStep: _ => live.Add(Tensor.TotalCount));
        new SftLoop(model, SftLoopTests.Rows(), OptionsOf(family, dropout) with { Epochs = 7, ActivationCheckpointing = true }, 3, 1, "sft", host).Run(null);
        Assert.Equal(63, live.Count);
        Assert.InRange(live.Skip(40).Max(), 0, live.Skip(2).Take(8).Max());
    }

    [Theory]
    [InlineData(DecoderFamily.Qwen2)]
    [InlineData(DecoderFamily.DeepseekV3)]
    public void Step_MoreLayers_HoldsNoMoreTensors(DecoderFamily family)
    {
        (long Forward, long Backward) Held(int layers)
        {
            DecoderConfig config = family == DecoderFamily.DeepseekV3 ? ExpertBalanceTests.Sparse : SftLoopTests.Small;
            using Decoder model = Decoder.Create(config with { NumLayers = layers }, 1, "sft", 0.1);
            model.ActivationCheckpointing = true;
            using var scope = NewDisposeScope();
            Tensor ids = tensor(new long[] { 3, 4, 5 }).unsqueeze(0);
            using (NewDisposeScope()) _ = model.Hidden(ids);                // the table of positions grows once
            long before = LiveTensors.Count();
            Tensor loss = model.Hidden(ids).square().mean();
            long forward = Tensor.TotalCount - before;
            model.Backward(loss);
            return (forward, Tensor.TotalCount - before);
        }

        (long Forward, long Backward) two = Held(2), six = Held(6);
        Assert.Equal(3, two.Forward);                                       // the hidden states, their squares, the loss
        Assert.Equal(two, six);
    }

    [Fact]
    public void Backward_LayerFailsTheSecondTime_IsThrownOnce()
    {
        using Decoder model = NewModel(DecoderFamily.Qwen2, null);
        model.ActivationCheckpointing = true;
        using var scope = NewDisposeScope();
        Tensor loss = model.Hidden(tensor(new long[] { 3, 4, 5 }).unsqueeze(0)).square().mean();
        model.Parameters[DecoderParameters.Down(1)].Dispose();

        Assert.Throws<InvalidOperationException>(() => model.Backward(loss));
        Assert.Equal(0, model.Parameters.GradientOf(DecoderParameters.Down(0)).abs().max().ToDouble());
        Assert.NotEqual(0, model.Parameters.GradientOf(DecoderParameters.FinalNorm).abs().max().ToDouble());
        model.Backward(zeros(1).requires_grad_().sum());
    }

    private static SupervisedFineTuningOptions OptionsOf(DecoderFamily family, double? dropout)
    {
        double balance = family == DecoderFamily.DeepseekV3 ? 0.01 : 0;
        return Sft with { ExpertBiasStep = dropout is null ? balance : 0, ExpertBalanceWeight = balance };
    }

    // Dropout null: no adapter.
    private static Decoder NewModel(DecoderFamily family, double? dropout)
    {
        DecoderConfig config = family == DecoderFamily.DeepseekV3 ? ExpertBalanceTests.Sparse : SftLoopTests.Small with { Family = family };
        Decoder model = Decoder.Create(config, 1, "sft", 0.1);
        return dropout is { } rate ? LoraLoopTests.WithAdapter(model, new LoraOptions { Dropout = rate }, "sft") : model;
    }
}
