using R1Pipeline.Contracts.Options;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Tests.Runtime;

namespace R1Pipeline.Training.Tests.Loops;

/// <summary>The pairwise loop: tells the two kinds of texts apart, and resumes to the bit.</summary>
public sealed class RewardModelLoopTests
{
    private static readonly RewardModelingOptions Options = new() { Epochs = 4, BatchSize = 8, LearningRate = 2e-3, WarmupSteps = 2 };

    [Fact]
    public void Run_SeparablePairs_LearnsTheOrder()
    {
        using var host = new RecordingHost();
        using Decoder body = Decoder.Create(SftLoopTests.Small, 1, "base", 0.1);
        using RewardModel model = RewardModel.From(body, 1, "rm");
        PreferencePair[] pairs = Pairs();
        LoopOutcome outcome = new RewardModelLoop(model, pairs, Options, null, 1, "rm", host).Run(null);
        Assert.Equal(28, outcome.Steps);
        Assert.InRange(outcome.FinalLoss, 0, 0.4);
        float[] chosen = model.Score([.. pairs.Select(pair => pair.Chosen)]), rejected = model.Score([.. pairs.Select(pair => pair.Rejected)]);
        Assert.InRange(chosen.Zip(rejected).Count(pair => pair.First > pair.Second), 50, 54);
        Assert.Equal(["accuracy", "grad-norm", "learning-rate", "loss", "tokens"], host.Steps[0].Values.Keys.Order());
    }

    [Fact]
    public void Run_ResumedFromACheckpoint_EndsWithTheSameBits()
    {
        using RecordingHost whole = new(), stopped = new(11), resumed = new();
        byte[] expected = Train(whole, null, null);
        Train(stopped, null, null);
        Assert.Equal(expected, Train(resumed, null, stopped.Checkpoints[^1].Directory));
        Assert.Equal(23, resumed.Steps[0].Step);
    }

    [Fact]
    public void Run_MicroBatches_SameGradientToRounding()
    {
        using RecordingHost whole = new(), split = new();
        Train(whole, null, null);
        Train(split, 6, null);
        Assert.Equal(whole.Steps[0].Values["grad-norm"], split.Steps[0].Values["grad-norm"], 1e-5);
        Assert.Equal(whole.Steps[0].Values["loss"], split.Steps[0].Values["loss"], 1e-5);
    }

    private static byte[] Train(RecordingHost host, int? microBatch, string? resume)
    {
        using Decoder body = Decoder.Create(SftLoopTests.Small, 1, "base", 0.1);
        using RewardModel model = RewardModel.From(body, 1, "rm");
        new RewardModelLoop(model, Pairs(), Options, microBatch, 1, "rm", host).Run(resume);
        return model.Parameters.Values.bytes.ToArray();
    }

    // The better text ends with 5 before the end token, the worse one with 6.
    private static PreferencePair[] Pairs() =>
        [.. SftLoopTests.Rows().Take(54).Select(row => new PreferencePair(new([.. row.Ids, 5, 1], 1, row.Row), new([.. row.Ids.Skip(1), 6, 1], 1, row.Row)))];
}
