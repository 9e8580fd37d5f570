using System.Text.Json;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Model;

namespace R1Pipeline.Training.Tests.Stages.RewardModeling;

/// <summary>The pointwise reward model as a stage: figures, refusals, exact resume with and without an adapter.</summary>
[Collection(StagesCollection.Name)]
public sealed class PointwiseStageTests(TinyBase tiny)
{
    private static readonly RewardModelingOptions Options = TinyOptions.RewardModeling with { Objective = RewardObjective.Pointwise, Epochs = 4, LearningRate = 1e-2, HeldOutPairs = 6 };

    [Fact]
    public void Execute_LabelledResponses_GiveAHeadThatSaysHowLikelySafeItIsAndResumeToTheBit()
    {
        var request = tiny.Rig.Request("reward-modeling", Options, [Labelled], tiny.Model);
        var run = tiny.Rig.Run(request);

        run.AssertAccountsAddUp();
        Assert.Equal((14, 6), (run.Metrics.GetProperty("training_responses").GetInt32(), run.Metrics.GetProperty("held_out_responses").GetInt32()));
        foreach (string share in new[] { "accuracy", "auc", "unsafe_recall" })
        {
            double value = run.Metrics.GetProperty(share).GetDouble();
            Assert.InRange(value, run.Metrics.GetProperty(share + "_ci_low").GetDouble(), run.Metrics.GetProperty(share + "_ci_high").GetDouble());
        }

        Assert.Equal(1, run.Metrics.GetProperty("auc").GetDouble());
        using RewardModel model = RewardModel.Load(run.Directory);
        Assert.Equal(RewardObjective.Pointwise, model.Statistics!.Objective);
        Assert.NotEmpty(run.Owner.Checkpoints);
        Assert.All(run.Owner.Checkpoints, message => Assert.Equal(run.Result.Artifact, tiny.Rig.Resume(request, message.Checkpoint).Result.Artifact));
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(0.1, WeightQuantization.Nf4)]
    public void Execute_Lora_TrainsAdapterAndHeadAndResumesToTheBit(double dropout, WeightQuantization? quantize)
    {
        var request = tiny.Rig.Request("reward-modeling", Options with { Lora = new LoraOptions { Rank = 4, Dropout = dropout, Quantize = quantize } }, [Labelled], tiny.Model);
        var run = tiny.Rig.Run(request);

        Assert.Equal(1, run.Metrics.GetProperty("auc").GetDouble());
        Assert.True(File.Exists(Path.Combine(run.Directory, "adapter", "adapter_model.safetensors")));
        Assert.All(run.Owner.Checkpoints, message => Assert.Equal(run.Result.Artifact, tiny.Rig.Resume(request, message.Checkpoint).Result.Artifact));
    }

    [Fact]
    public void Execute_RowsWithoutALabel_AreRefusedAndCounted()
    {
        var run = tiny.Rig.Run(tiny.Rig.Request("reward-modeling", Options with { Epochs = 1 }, [Labelled, tiny.General], tiny.Model));

        Assert.Equal(3, run.Account("general").Refused["no-label"]);
        run.AssertAccountsAddUp();
    }

    [Fact]
    public void Execute_OneLabelOnly_IsRefused()
    {
        var all = tiny.Rig.File("all-safe", Enumerable.Range(0, 10).Select(_ => new { prompt = "tell me about the cat .", response = "the cat is nice .", label = "safe" }));
        var failure = tiny.Rig.Fails(tiny.Rig.Request("reward-modeling", Options, [all], tiny.Model));

        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.Contains("are safe; a pointwise reward model needs both labels", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Execute_AucBelowItsGate_IsMissedWithTheFigure()
    {
        var failure = tiny.Rig.Fails(tiny.Rig.Request("reward-modeling", Options with { LearningRate = 0, MinAuc = 1 }, [Mixed], tiny.Model));

        Assert.Equal(StageFailureClass.GateMissed, failure.Failure);
        Assert.Contains("AUC on 6 held-out responses", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AllScenarioRl_PointwiseModel_JudgesTheWholeResponseByItsProbability()
    {
        var judge = tiny.Rig.Run(tiny.Rig.Request("reward-modeling", Options, [Labelled], tiny.Model));
        var request = tiny.Rig.Request("all-scenario-rl", TinyOptions.AllScenarioRl, [tiny.Problems, tiny.General], tiny.Model, tiny.Rig.Input("reward-models", judge, "harmless"));

        var run = tiny.Rig.Run(request);

        JsonElement[] judged =
        [
            .. run.Owner.Rollouts.SelectMany(shard => File.ReadLines(shard.Path)).Select(line => JsonSerializer.Deserialize<JsonElement>(line).GetProperty("rewards"))
                .Where(rewards => rewards.TryGetProperty("model", out _)),
        ];
        Assert.Equal(4, judged.Length);
        Assert.All(judged, rewards => Assert.Equal(1 / (1 + Math.Exp(-rewards.GetProperty("score-harmless").GetDouble())), rewards.GetProperty("model").GetDouble(), 1e-12));
    }

    /// <summary>Twenty labelled responses in all the ways of writing a label; the chain of thought alone tells the unsafe ones apart.</summary>
    private DataSourceDefinition Labelled => tiny.Rig.File("labelled", Enumerable.Range(0, 20).Select(i => (object)new
    {
        prompt = "tell me about the cat .",
        response = $"<think> {(i % 2 == 0 ? "the user asks about the cat ." : "go away . go away .")} </think> <answer> the cat is nice . </answer>",
        label = (i % 6) switch { 0 => "safe", 1 => "unsafe", 2 => true, 3 => false, 4 => 1, _ => (object)0 },
    }));

    /// <summary>The same texts under both labels: nothing to tell apart.</summary>
    private DataSourceDefinition Mixed => tiny.Rig.File("mixed", Enumerable.Range(0, 20).Select(i => (object)new
    {
        prompt = "tell me about the cat .",
        response = "the cat is nice .",
        label = i % 2,
    }));
}
