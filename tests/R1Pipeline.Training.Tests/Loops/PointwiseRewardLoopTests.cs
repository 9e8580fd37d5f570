using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Tests.Runtime;

namespace R1Pipeline.Training.Tests.Loops;

/// <summary>The pointwise loop: tells safe from unsafe texts, begins with the loss of its own scores, and resumes to the bit.</summary>
public sealed class PointwiseRewardLoopTests
{
    private static readonly RewardModelingOptions Options = new() { Objective = RewardObjective.Pointwise, Epochs = 4, BatchSize = 8, LearningRate = 2e-3, WarmupSteps = 2 };

    [Fact]
    public void Run_SeparableTexts_LearnsTheLabels()
    {
        using var host = new RecordingHost();
        using RewardModel model = NewModel();
        LabelledResponse[] rows = Rows();
        LoopOutcome outcome = new PointwiseRewardLoop(model, rows, Options, null, 1, "rm", host).Run(null);
        Assert.Equal(28, outcome.Steps);
        float[] scores = model.Score([.. rows.Select(row => row.Text)]);
        Assert.InRange(scores.Zip(rows).Count(row => row.First >= 0 == row.Second.IsSafe), 50, 54);
        Assert.Equal(["accuracy", "grad-norm", "learning-rate", "loss", "tokens"], host.Steps[0].Values.Keys.Order());
    }

    [Fact]
    public void Run_OneBatch_BeginsWithTheCrossEntropyOfTheScores()
    {
        using var host = new RecordingHost();
        using RewardModel model = NewModel();
        LabelledResponse[] rows = Rows();
        float[] scores = model.Score([.. rows.Select(row => row.Text)]);
        double loss = scores.Zip(rows).Average(row => Math.Log(1 + Math.Exp(row.Second.IsSafe ? -row.First : row.First)));
        double right = scores.Zip(rows).Average(row => row.First >= 0 == row.Second.IsSafe ? 1.0 : 0.0);

        new PointwiseRewardLoop(model, rows, Options with { Epochs = 1, BatchSize = 54 }, 5, 1, "rm", host).Run(null);

        Assert.Equal(loss, Assert.Single(host.Steps).Values["loss"], 1e-5);
        Assert.Equal(right, host.Steps[0].Values["accuracy"], 1e-9);
    }

    [Fact]
    public void Run_ResumedFromACheckpoint_EndsWithTheSameBits()
    {
        using RecordingHost whole = new(), stopped = new(11), resumed = new();
        byte[] expected = Train(whole, null, null);
        Train(stopped, null, null);
        Assert.Equal(expected, Train(resumed, null, stopped.Checkpoints[^1].Directory));
        Assert.Equal(23, resumed.Steps[0].Step);
        foreach (StepMetrics step in resumed.Steps) Assert.Equal(whole.Steps[(int)step.Step - 1].Values, step.Values);
    }

    [Fact]
    public void Run_MicroBatches_SameGradientToRounding()
    {
        using RecordingHost whole = new(), split = new();
        Train(whole, null, null);
        Train(split, 3, null);
        Assert.Equal(whole.Steps[0].Values["grad-norm"], split.Steps[0].Values["grad-norm"], 1e-5);
        Assert.Equal(whole.Steps[0].Values["loss"], split.Steps[0].Values["loss"], 1e-5);
    }

    private static byte[] Train(RecordingHost host, int? microBatch, string? resume)
    {
        using RewardModel model = NewModel();
        new PointwiseRewardLoop(model, Rows(), Options, microBatch, 1, "rm", host).Run(resume);
        return model.Parameters.Values.bytes.ToArray();
    }

    private static RewardModel NewModel()
    {
        using Decoder body = Decoder.Create(SftLoopTests.Small, 1, "base", 0.1);
        return RewardModel.From(body, 1, "rm");
    }

    // A safe text ends with 5 before the end token, an unsafe one with 6.
    private static LabelledResponse[] Rows() =>
        [.. SftLoopTests.Rows().Take(54).Select((row, i) => new LabelledResponse(new([.. row.Ids, i % 3 == 0 ? 6 : 5, 1], 1, row.Row), i % 3 != 0))];
}
