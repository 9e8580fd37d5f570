using System.Text.Json;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Randomness;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Stages.RewardModeling;
using R1Pipeline.Training.Tests.Runtime;

namespace R1Pipeline.Training.Tests.Stages.RewardModeling;

/// <summary>
/// The reward model on the shared preference pairs of all kinds: a tiny tokenizer, body and head of their own that see 80 % of the pairs and nothing of the rest,
/// which is held out. Vocabulary and epochs were chosen on folds inside 80 % of the pairs. The default split is one whose interval lies well above chance, so that rounding on another processor does not decide; all five take two minutes:
/// <c>R1_LONG_TESTS=1 dotnet run -c Release --project tests/R1Pipeline.Training.Tests -- -class R1Pipeline.Training.Tests.Stages.RewardModeling.PreferenceDataTests -diagnostics</c>.
/// </summary>
public sealed class PreferenceDataTests
{
    private const string Stage = "reward-modeling";

    // A fifth of the pairs.
    private const int HeldOut = 209;

    [Fact]
    public void Of_ScoredPairs_GivesAccuracyIntervalAndMargin()
    {
        var figures = HeldOutFigures.Of([1, 2, 3, 0], [0, 2, 1, 2]);
        Assert.Equal((0.5, 0.25), (figures.Accuracy, figures.Margin));
        Assert.Equal((0.1500, 0.8500), (Math.Round(figures.Interval.Low, 4), Math.Round(figures.Interval.High, 4)));
    }

    [Fact]
    public void RewardModeling_FourFifthsOfThePairs_BeatsChanceOnTheRestAndResumesToTheBit()
    {
        using var rig = new StageRig();
        var request = Request(rig, seed: 2);
        StageRun run = Trained(rig, request);

        run.AssertAccountsAddUp();
        Assert.Equal(run.Result.Artifact, rig.Resume(request, run.Owner.Checkpoints[^1].Checkpoint).Result.Artifact);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void RewardModeling_OtherSplits_BeatChanceToo(long seed)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("R1_LONG_TESTS") == "1", "half a minute of training: set R1_LONG_TESTS=1");
        using var rig = new StageRig();
        Trained(rig, Request(rig, seed));
    }

    /// <summary>The stage on all pairs; its tokenizer and body are trained on those that it does not hold out.</summary>
    private static StageRequest Request(StageRig rig, long seed)
    {
        string[] lines = File.ReadAllLines(SharedFixtures.Path("..", "data", "preference", "pairs.jsonl"));
        var pairs = rig.File("pairs", lines.Select(Row));
        string[] shuffled = [.. lines];
        new RandomStream(seed, Stage, 0, "pairs").Shuffle<string>(shuffled);
        var seen = rig.File("seen", shuffled[..^HeldOut].Select(Row));
        var text = seen with { Fields = new Dictionary<string, IReadOnlyList<string>> { [DataRowFields.Prompt] = ["prompt"], [DataRowFields.Response] = ["chosen"] } };
        StageRun tokenizer = rig.Run(rig.Request("train-tokenizer", new TrainTokenizerOptions { VocabularySize = 4096 }, [text]));
        var shape = new ModelShapeOptions { HiddenSize = 32, NumLayers = 1, NumHeads = 2, NumKvHeads = 1, IntermediateSize = 64, ContextTokens = 2048, InitStd = 0.05 };
        var pretraining = new PretrainingOptions { Model = shape, BatchSize = 16, LearningRate = 3e-3, CheckpointEverySteps = 1000 };
        StageRun body = rig.Run(rig.Request("pretraining", pretraining, [text], rig.Input("tokenizer", tokenizer)));
        var options = new RewardModelingOptions { HeldOutPairs = HeldOut, BatchSize = 16, Epochs = 4, LearningRate = 2e-3, WeightDecay = 0.1, CheckpointEverySteps = 50, KeepCheckpoints = 2 };
        return rig.Request("reward-modeling", options, [pairs], rig.Input("model", body)) with { Stage = Stage, Seed = seed };
    }

    private static object Row(string line) => JsonSerializer.Deserialize<JsonElement>(line);

    /// <summary>The stage's run; what it measured is shown, and its interval lies above chance. All pairs are usable, so that the split is the one that the body saw.</summary>
    private static StageRun Trained(StageRig rig, StageRequest request)
    {
        StageRun run = rig.Run(request);
        TestContext.Current.SendDiagnosticMessage(
            $"split {request.Seed}: {Figure(run, "training_pairs")} pairs to train on, {Figure(run, "held_out_pairs")} held out: accuracy {Figure(run, "pair_accuracy"):0.000}, 95 % interval {Figure(run, "pair_accuracy_ci_low"):0.000} to {Figure(run, "pair_accuracy_ci_high"):0.000}, margin {Figure(run, "pair_margin"):0.000}");
        Assert.Equal((1046.0 - HeldOut, HeldOut), (Figure(run, "training_pairs"), Figure(run, "held_out_pairs")));
        Assert.True(Figure(run, "pair_accuracy_ci_low") > 0.5, $"the interval of accuracy {Figure(run, "pair_accuracy"):0.000} starts at {Figure(run, "pair_accuracy_ci_low"):0.000}");
        return run;
    }

    private static double Figure(StageRun run, string name) => run.Metrics.GetProperty(name).GetDouble();
}
