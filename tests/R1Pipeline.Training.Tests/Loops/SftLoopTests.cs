using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Randomness;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Sequences;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Tests.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Loops;

/// <summary>The supervised loop: learns, resumes to the bit, splits into micro-batches, stops before a bad update, refuses what it cannot train on.</summary>
public sealed class SftLoopTests
{
    internal static readonly DecoderConfig Small = DecoderConfig.Of(
        new ModelShapeOptions { HiddenSize = 32, NumLayers = 2, NumHeads = 4, NumKvHeads = 2, IntermediateSize = 48, ContextTokens = 64 }, 40, eosTokenId: 1, padTokenId: 0);

    private static readonly SupervisedFineTuningOptions Options = new() { Epochs = 3, BatchSize = 8, LearningRate = 3e-3, WarmupSteps = 3, WeightDecay = 0.01 };

    [Fact]
    public void Run_CountingRows_LearnsThemAndReportsEveryStep()
    {
        using var host = new RecordingHost();
        (LoopOutcome outcome, _) = Train(Options with { Epochs = 12 }, null, host, null);
        Assert.Equal(108, outcome.Steps);
        Assert.Equal(108, host.Planned);
        Assert.Equal(Enumerable.Range(1, 108).Select(step => (long)step), host.Steps.Select(step => step.Step));
        Assert.Equal(["grad-norm", "learning-rate", "loss", "tokens"], host.Steps[0].Values.Keys.Order());
        Assert.Equal(host.Steps[^1].Values["loss"], outcome.FinalLoss);
        Assert.InRange(outcome.FinalLoss, 0, 0.5 * host.Steps[0].Values["loss"]);
        Assert.Equal(Rows().Sum(row => row.Ids.Length) * 12, host.Steps.Sum(step => step.Values["tokens"]));
        Assert.Equal(host.Counted, host.Steps.Sum(step => step.Values["tokens"]));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(20)]
    public void Run_ResumedFromACheckpoint_EndsWithTheSameBits(int cadence)
    {
        using RecordingHost whole = new(), stopped = new(cadence), resumed = new(3);
        (LoopOutcome expected, byte[] bits) = Train(Options, null, whole, null);
        Train(Options, null, stopped, null);
        (LoopOutcome actual, byte[] resumedBits) = Train(Options, null, resumed, stopped.Checkpoints[^1].Directory);
        Assert.Equal(expected, actual);
        Assert.Equal(bits, resumedBits);
        Assert.Equal(stopped.Checkpoints[^1].Step + 1, resumed.Steps[0].Step);
        foreach (StepMetrics step in resumed.Steps) Assert.Equal(whole.Steps[(int)step.Step - 1].Values, step.Values);
    }

    [Fact]
    public void Run_ResumedAtTheEnd_DoesNothingAndKeepsTheOutcome()
    {
        using RecordingHost first = new(1), second = new();
        (LoopOutcome expected, byte[] bits) = Train(Options, null, first, null);
        (LoopOutcome actual, byte[] again) = Train(Options, null, second, first.Checkpoints[^1].Directory);
        Assert.Equal(expected, actual);
        Assert.Equal(bits, again);
        Assert.Empty(second.Steps);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Run_MicroBatches_SameGradientToRounding(int microBatch)
    {
        using RecordingHost whole = new(), split = new();
        (LoopOutcome expected, _) = Train(Options, null, whole, null);
        (LoopOutcome actual, _) = Train(Options, microBatch, split, null);
        Assert.Equal(whole.Steps[0].Values["grad-norm"], split.Steps[0].Values["grad-norm"], 1e-5);
        Assert.Equal(whole.Steps[0].Values["loss"], split.Steps[0].Values["loss"], 1e-5);
        Assert.Equal(expected.FinalLoss, actual.FinalLoss, 1e-3);
        Assert.Equal(whole.Steps[5].Values["tokens"], split.Steps[5].Values["tokens"]);
    }

    [Fact]
    public void Run_PackedRows_SameStepAsTheirPartsAlone()
    {
        TrainingSequence[] rows = Rows();
        PackedSequence[] packed = [.. rows.Chunk(3).Select(parts => new PackedSequence(parts))];
        var options = Options with { Epochs = 1, BatchSize = rows.Length };
        using RecordingHost alone = new(), together = new();
        using Decoder a = Decoder.Create(Small, 1, "sft", 0.1), b = Decoder.Create(Small, 1, "sft", 0.1);
        new SftLoop(a, rows, options, null, 1, "sft", alone).Run(null);
        new SftLoop(b, packed, options, 5, 1, "sft", together).Run(null);
        Assert.Equal(alone.Steps[0].Values["loss"], together.Steps[0].Values["loss"], 1e-5);
        Assert.Equal(alone.Steps[0].Values["grad-norm"], together.Steps[0].Values["grad-norm"], 1e-4);
    }

    [Fact]
    public void Run_NonFiniteWeight_StopsBeforeTheUpdateAndNamesTheStep()
    {
        using Decoder model = Decoder.Create(Small, 1, "sft", 0.1);
        byte[] before = [];
        using var host = new RecordingHost(onStep: step =>
        {
            if (step != 4) return;
            using var frozen = no_grad();
            using var down = model.Parameters.ValueOf("layers.1.down");
            _ = down.fill_(float.NaN);
            before = model.Parameters.Values.bytes.ToArray();
        });
        var failure = Assert.Throws<StageFailedException>(() => new SftLoop(model, Rows(), Options, null, 1, "sft", host).Run(null));
        Assert.Equal(StageFailureClass.NumericGuard, failure.Failure);
        Assert.Contains("step 5", failure.Message, StringComparison.Ordinal);
        Assert.Contains("NaN", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, model.Parameters.Values.bytes.ToArray());
        Assert.Equal(4, host.Steps.Count);
    }

    [Fact]
    public void Run_CheckpointOfAnotherModel_IsRefused()
    {
        using RecordingHost host = new(5), other = new();
        Train(Options, null, host, null);
        using Decoder model = Decoder.Create(Small with { NumLayers = 1 }, 1, "sft", 0.1);
        var failure = Assert.Throws<StageFailedException>(() => new SftLoop(model, Rows(), Options, null, 1, "sft", other).Run(host.Checkpoints[0].Directory));
        Assert.Contains("another model", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_RowWithoutLossToken_NamesIt()
    {
        using Decoder model = Decoder.Create(Small, 1, "sft", 0.1);
        using var host = new RecordingHost();
        Assert.Contains("rows:9", Refusal([new([2, 3, 4], 3, "rows:9")]), StringComparison.Ordinal);
        Assert.Contains("65 tokens", Refusal([new(new int[65], 1, "rows:10")]), StringComparison.Ordinal);
        Assert.Contains("no rows", Refusal([]), StringComparison.Ordinal);

        string Refusal(TrainingSequence[] rows)
        {
            var failure = Assert.Throws<StageFailedException>(() => new SftLoop(model, rows, Options, null, 1, "sft", host));
            Assert.Equal(StageFailureClass.UserData, failure.Failure);
            return failure.Message;
        }
    }

    /// <summary>70 rows that count upwards from a random start, 5 to 20 tokens.</summary>
    internal static TrainingSequence[] Rows()
    {
        var random = new RandomStream(5, "test", 0, "rows");
        var rows = new TrainingSequence[70];
        for (int row = 0; row < rows.Length; row++)
        {
            int start = random.NextInt(30), length = 5 + random.NextInt(16);
            rows[row] = new TrainingSequence([.. Enumerable.Range(0, length).Select(i => 2 + (start + i) % 38)], 1 + row % 3, $"rows:{row}");
        }

        return rows;
    }

    private static (LoopOutcome, byte[]) Train(SupervisedOptions options, int? microBatch, RecordingHost host, string? resume)
    {
        using Decoder model = Decoder.Create(Small, 1, "sft", 0.1);
        LoopOutcome outcome = new SftLoop(model, Rows(), options, microBatch, 1, "sft", host).Run(resume);
        return (outcome, model.Parameters.Values.bytes.ToArray());
    }
}
