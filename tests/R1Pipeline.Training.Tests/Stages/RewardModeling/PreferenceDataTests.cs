using System.Text.Json;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Stages.RewardModeling;
using R1Pipeline.Training.Tests.Runtime;

namespace R1Pipeline.Training.Tests.Stages.RewardModeling;

/// <summary>
/// The reward model on the shared preference pairs: a tiny tokenizer and body of their own, 80 % of the pairs to train on, the rest held out. The helpful pairs by
/// default; pairs of all kinds, on five splits, which takes a minute:
/// <c>R1_LONG_TESTS=1 dotnet run -c Release --project tests/R1Pipeline.Training.Tests -- -class R1Pipeline.Training.Tests.Stages.RewardModeling.PreferenceDataTests -diagnostics</c>.
/// </summary>
public sealed class PreferenceDataTests
{
    [Fact]
    public void Of_ScoredPairs_GivesAccuracyIntervalAndMargin()
    {
        var figures = HeldOutFigures.Of([1, 2, 3, 0], [0, 2, 1, 2]);
        Assert.Equal((0.5, 0.25), (figures.Accuracy, figures.Margin));
        Assert.Equal((0.1500, 0.8500), (Math.Round(figures.Interval.Low, 4), Math.Round(figures.Interval.High, 4)));
    }

    [Fact]
    public void RewardModeling_HelpfulPairs_BeatsChanceOnTheRestAndResumesToTheBit()
    {
        using var rig = new StageRig();
        var request = Request(rig, helpfulOnly: true, heldOut: 60);
        StageRun run = Shown(rig.Run(request));

        run.AssertAccountsAddUp();
        Assert.True(Figure(run, "pair_accuracy_ci_low") > 0.5, $"the interval of accuracy {Figure(run, "pair_accuracy"):0.000} starts at {Figure(run, "pair_accuracy_ci_low"):0.000}");
        Assert.Equal(run.Result.Artifact, rig.Resume(request, run.Owner.Checkpoints[^1].Checkpoint).Result.Artifact);
    }

    [Fact]
    public void RewardModeling_PairsOfAllKinds_BeatChanceOverFiveSplits()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("R1_LONG_TESTS") == "1", "a minute of training: set R1_LONG_TESTS=1");
        using var rig = new StageRig();
        var request = Request(rig, helpfulOnly: false, heldOut: 186);
        StageRun[] runs = [.. Enumerable.Range(1, 5).Select(seed => Shown(rig.Run((rig.Request("reward-modeling", Options(186), request.Sources, request.Artifacts)) with { Seed = seed })))];

        double[] accuracies = [.. runs.Select(run => Figure(run, "pair_accuracy"))];
        TestContext.Current.SendDiagnosticMessage($"mean of the five: {accuracies.Average():0.000}");
        Assert.All(accuracies, accuracy => Assert.True(accuracy > 0.5));
    }

    /// <summary>The stage on pairs whose body it has just pretrained.</summary>
    private static StageRequest Request(StageRig rig, bool helpfulOnly, int heldOut)
    {
        string[] lines = File.ReadAllLines(SharedFixtures.Path("..", "data", "preference", "pairs.jsonl"));
        var pairs = rig.File("pairs", lines.Where(line => !helpfulOnly || line.Contains("\"kind\": \"helpful\"", StringComparison.Ordinal)).Select(line => (object)JsonSerializer.Deserialize<JsonElement>(line)));
        var text = pairs with { Fields = new Dictionary<string, IReadOnlyList<string>> { [DataRowFields.Prompt] = ["prompt"], [DataRowFields.Response] = ["chosen"] } };
        StageRun tokenizer = rig.Run(rig.Request("train-tokenizer", new TrainTokenizerOptions { VocabularySize = 1024 }, [text]));
        var shape = new ModelShapeOptions { HiddenSize = 32, NumLayers = 1, NumHeads = 2, NumKvHeads = 1, IntermediateSize = 64, ContextTokens = 512, InitStd = 0.05 };
        var pretraining = new PretrainingOptions { Model = shape, BatchSize = 16, LearningRate = 3e-3, CheckpointEverySteps = 1000 };
        StageRun body = rig.Run(rig.Request("pretraining", pretraining, [text], rig.Input("tokenizer", tokenizer)));
        return rig.Request("reward-modeling", Options(heldOut), [pairs], rig.Input("model", body));
    }

    private static RewardModelingOptions Options(int heldOut) =>
        new() { HeldOutPairs = heldOut, BatchSize = 16, Epochs = 4, LearningRate = 2e-3, WeightDecay = 0.1, CheckpointEverySteps = 20, KeepCheckpoints = 2 };

    private static double Figure(StageRun run, string name) => run.Metrics.GetProperty(name).GetDouble();

    private static StageRun Shown(StageRun run)
    {
        TestContext.Current.SendDiagnosticMessage(
            $"{Figure(run, "training_pairs")} pairs to train on, {Figure(run, "held_out_pairs")} held out: accuracy {Figure(run, "pair_accuracy"):0.000}, 95 % interval {Figure(run, "pair_accuracy_ci_low"):0.000} to {Figure(run, "pair_accuracy_ci_high"):0.000}, margin {Figure(run, "pair_margin"):0.000}");
        return run;
    }
}
