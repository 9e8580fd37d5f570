using System.Text.Json;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Sequences;
using R1Pipeline.Rewards.Measuring;
using R1Pipeline.Stages.AllScenarioRl;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Runtime;
using R1Pipeline.Training.Weights;

namespace R1Pipeline.Training.Tests.Stages;

[Collection(StagesCollection.Name)]
public sealed class ReinforcementStageTests(TinyBase tiny)
{
    [Fact]
    public void ReasoningRl_TwoIterations_RewardsByRulesAndAccountsForEveryRow()
    {
        var run = tiny.Rig.Run(tiny.Rig.Request("reasoning-rl", TinyOptions.ReasoningRl with { Iterations = 1 }, [tiny.Problems], tiny.Model));

        var account = run.Account("problems");
        Assert.Equal((4L, 2L, 2L), (account.Read, account.Used, account.NotDrawn));
        Assert.Equal(2, run.Context.StepsPlanned);
        Assert.Equal(4, Assert.Single(run.Owner.Rollouts).NumRollouts);
        Assert.Equal(tiny.Base.Files, run.Files);
    }

    [Fact]
    public void ReasoningRl_RowsWithPrograms_AreCheckedByTheirTests()
    {
        Assert.SkipWhen(OutputMeter.Shared.CodeProblem("python") is not null && Environment.GetEnvironmentVariable("R1_REQUIRE_SANDBOX") != "1", OutputMeter.Shared.CodeProblem("python") ?? "");
        var programs = tiny.Rig.File("programs", Enumerable.Range(0, 8).Select(i => new { prompt = "what is 3 + 4 ?", gold = new { language = "python", tests = new[] { "assert f() == 7" } }, task = "code", language = "en" }));
        var run = tiny.Rig.Run(tiny.Rig.Request("reasoning-rl", TinyOptions.ReasoningRl with { Iterations = 1 }, [programs], tiny.Model));

        RolloutRecord[] rollouts = [.. run.Owner.Rollouts.SelectMany(shard => File.ReadLines(shard.Path)).Select(line => JsonSerializer.Deserialize<RolloutRecord>(line, ContractJson.Compact)!)];
        Assert.NotEmpty(rollouts);
        Assert.All(rollouts, rollout => Assert.Equal((0.0, 0), (rollout.Rewards["accuracy"], rollout.Errors?.Count ?? 0)));
    }

    [Fact]
    public void ReasoningRl_ResumedFromEveryCheckpoint_GivesTheSameArtifact()
    {
        var request = tiny.Rig.Request("reasoning-rl", TinyOptions.ReasoningRl, [tiny.Problems], tiny.Model);
        var whole = tiny.Rig.Run(request);

        Assert.NotEmpty(whole.Owner.Checkpoints);
        Assert.All(whole.Owner.Checkpoints, message =>
            Assert.Equal(whole.Result.Artifact, tiny.Rig.Resume(request, message.Checkpoint).Result.Artifact));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(WeightQuantization.Nf4)]
    public void ReasoningRl_LoraResumedFromEveryCheckpoint_GivesTheSameArtifact(WeightQuantization? quantize)
    {
        var request = tiny.Rig.Request("reasoning-rl", TinyOptions.ReasoningRl with { LearningRate = 1e-2, Lora = new LoraOptions { Rank = 4, Quantize = quantize } }, [tiny.Problems], tiny.Model);
        var whole = tiny.Rig.Run(request);

        Assert.NotEqual(tiny.Base.Result.Artifact, whole.Result.Artifact);
        Assert.True(File.Exists(Path.Combine(whole.Directory, "adapter", "adapter_model.safetensors")));
        Assert.NotEmpty(whole.Owner.Checkpoints);
        Assert.All(whole.Owner.Checkpoints, message =>
            Assert.Equal(whole.Result.Artifact, tiny.Rig.Resume(request, message.Checkpoint).Result.Artifact));
    }

    [Fact]
    public void ReasoningRl_HeldOutQuestions_AreMeasuredNeverDrawnAndResumeExactly()
    {
        var options = TinyOptions.ReasoningRl with { Iterations = 4, HeldOutQuestions = 2, HeldOutEveryIterations = 2, Alarms = new AlarmOptions { Window = 4 } };
        var request = tiny.Rig.Request("reasoning-rl", options, [tiny.Problems], tiny.Model);
        var run = tiny.Rig.Run(request);

        run.AssertAccountsAddUp();
        Assert.Equal(4, run.Account("problems").Used);
        Assert.Equal(2, run.Owner.Rollouts.SelectMany(shard => File.ReadLines(shard.Path)).Select(line => JsonSerializer.Deserialize<JsonElement>(line).GetProperty("question").GetString()).Distinct().Count());
        StepMetrics[] steps = [.. run.Owner.Checkpoints.SelectMany(message => message.Metrics)];
        Assert.Equal([1, 3], steps.Where(step => step.Values.ContainsKey("held-out-accuracy")).Select(step => step.Iteration!.Value).Distinct());
        Assert.All(run.Owner.Checkpoints, message =>
        {
            StageRun resumed = tiny.Rig.Resume(request, message.Checkpoint);
            Assert.Equal(run.Result.Artifact, resumed.Result.Artifact);
            foreach (StepMetrics step in resumed.Owner.Checkpoints.SelectMany(checkpoint => checkpoint.Metrics)) Assert.Equal(steps.Single(whole => whole.Step == step.Step).Values, step.Values);
        });
    }

    [Fact]
    public void ReasoningRl_AllQuestionsHeldOut_Fails()
    {
        var failure = tiny.Rig.Fails(tiny.Rig.Request("reasoning-rl", TinyOptions.ReasoningRl with { HeldOutQuestions = 4 }, [tiny.Problems], tiny.Model));

        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.Contains("held-out-questions", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReasoningRl_RowsWithoutGold_AreRefused()
    {
        var run = tiny.Rig.Run(tiny.Rig.Request("reasoning-rl", TinyOptions.ReasoningRl, [tiny.Problems, tiny.General], tiny.Model));

        Assert.Equal(3, run.Account("general").Refused["no-gold"]);
        run.AssertAccountsAddUp();
    }

    [Fact]
    public void ReasoningRl_NothingToAsk_Fails()
    {
        var failure = tiny.Rig.Fails(tiny.Rig.Request("reasoning-rl", TinyOptions.ReasoningRl, [tiny.General], tiny.Model));

        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.Contains("3 no-gold", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AllScenarioRl_OffloadOnTheCpu_SaysThatItHasNoEffectAndGivesTheSameArtifact()
    {
        var judge = tiny.Rig.Run(tiny.Rig.Request("reward-modeling", TinyOptions.RewardModeling, [tiny.Pairs], tiny.Model));
        var options = TinyOptions.AllScenarioRl with { Device = "cpu" };
        var (plainLog, log) = (new RecordingLog(), new RecordingLog());
        var request = tiny.Rig.Request("all-scenario-rl", options, [tiny.Problems, tiny.General], tiny.Model, tiny.Rig.Input("reward-models", judge, "helpful"));
        var plain = tiny.Rig.Run(request, log: plainLog.Logger);
        options = options with { Offload = [OffloadedParts.Reference, OffloadedParts.RewardModels, OffloadedParts.Optimizer] };
        var offloaded = tiny.Rig.Run(request with { Attempt = 2, Token = request.Token + 1000, Options = JsonSerializer.SerializeToElement(options, ContractJson.Compact) }, log: log.Logger);

        Assert.Equal(plain.Result.Artifact, offloaded.Result.Artifact);
        Assert.Equal("offload: reference, reward-models, optimizer has no effect on the CPU: its memory is the host's", Assert.Single(log.Lines, line => line.Contains("offload", StringComparison.Ordinal)));
        Assert.DoesNotContain(plainLog.Lines, line => line.Contains("offload", StringComparison.Ordinal));
    }

    [Fact]
    public void RewardJudge_ModelThatLeaves_ScoresTheSameEveryTime()
    {
        var trained = tiny.Rig.Run(tiny.Rig.Request("reward-modeling", TinyOptions.RewardModeling, [tiny.Pairs], tiny.Model));
        using var model = RewardModel.Load(trained.Directory);
        TrainingSequence[] texts = [new([3, 4, 5, 6], 1, "a"), new([7, 8], 1, "b"), new([9, 3, 4], 1, "c")];
        float[] scores = model.Score(texts, 2);
        var judge = new RewardJudge("helpful", model, null!, null!, new OffloadedPart(model.Body, leaves: true));

        var storage = model.Parameters.Values;
        Assert.Equal(scores, judge.Score(texts, 2));
        Assert.True(storage.IsInvalid);
        Assert.Equal(scores, judge.Score(texts, 2));
        Assert.Empty(judge.Score([], 2));
    }

    [Fact]
    public void AllScenarioRl_BothKindsOfQuestions_AreDrawnAndJudgedByTheirKind()
    {
        var judge = tiny.Rig.Run(tiny.Rig.Request("reward-modeling", TinyOptions.RewardModeling, [tiny.Pairs], tiny.Model));
        var request = tiny.Rig.Request(
            "all-scenario-rl", TinyOptions.AllScenarioRl, [tiny.Problems, tiny.General], tiny.Model, tiny.Rig.Input("reward-models", judge, "helpful"));

        var run = tiny.Rig.Run(request);

        Assert.Equal(4, run.Metrics.GetProperty("reasoning_draws").GetInt64());
        Assert.Equal(2, run.Metrics.GetProperty("general_draws").GetInt64());
        Assert.Equal(2, run.Account("general").Used);
        string[] rollouts = [.. run.Owner.Rollouts.SelectMany(shard => File.ReadLines(shard.Path))];
        Assert.Equal(12, rollouts.Length);
        Assert.Equal(4, rollouts.Count(line => line.Contains("\"model\":", StringComparison.Ordinal) && !line.Contains("\"accuracy\":", StringComparison.Ordinal)));
        Assert.Equal(8, rollouts.Count(line => line.Contains("\"accuracy\":", StringComparison.Ordinal) && !line.Contains("\"model\":", StringComparison.Ordinal)));
        Assert.All(run.Owner.Checkpoints, message =>
            Assert.Equal(run.Result.Artifact, tiny.Rig.Resume(request, message.Checkpoint).Result.Artifact));
    }

    [Fact]
    public void AllScenarioRl_GeneralQuestionsWithoutARewardModel_AreRefused()
    {
        var failure = tiny.Rig.Fails(tiny.Rig.Request("all-scenario-rl", TinyOptions.AllScenarioRl, [tiny.Problems, tiny.General], tiny.Model));

        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.Contains("reward-models", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RewardModeling_Pairs_GiveAHeadWithItsScale()
    {
        var request = tiny.Rig.Request("reward-modeling", TinyOptions.RewardModeling with { Epochs = 4 }, [tiny.Pairs], tiny.Model);
        var run = tiny.Rig.Run(request);

        Assert.Contains("score_statistics.json", run.Files);
        Assert.Contains("tokenizer.json", run.Files);
        Assert.Equal(6, run.Metrics.GetProperty("training_pairs").GetInt32());
        Assert.InRange(run.Metrics.GetProperty("pair_accuracy").GetDouble(), 0, 1);
        Assert.Equal(10, run.Account("pairs").Used);
        Assert.All(run.Owner.Checkpoints, message =>
            Assert.Equal(run.Result.Artifact, tiny.Rig.Resume(request, message.Checkpoint).Result.Artifact));
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(0.1, WeightQuantization.Nf4)]
    public void RewardModeling_Lora_TrainsAdapterAndHeadAndJudgesMerged(double dropout, WeightQuantization? quantize)
    {
        var lora = new LoraOptions { Rank = 4, Dropout = dropout, Quantize = quantize };
        var request = tiny.Rig.Request("reward-modeling", TinyOptions.RewardModeling with { Epochs = 4, LearningRate = 1e-2, Lora = lora }, [tiny.Pairs], tiny.Model);
        var run = tiny.Rig.Run(request);

        Assert.Equal(1, run.Metrics.GetProperty("pair_accuracy").GetDouble());
        string[] checkpoint = [.. Directory.EnumerateFiles(run.Owner.Checkpoints[^1].Checkpoint.Directory).Select(path => Path.GetFileName(path))];
        Assert.Contains("adapter_model.safetensors", checkpoint);
        Assert.DoesNotContain("model.safetensors", checkpoint);
        Assert.All(run.Owner.Checkpoints, message => Assert.Equal(run.Result.Artifact, tiny.Rig.Resume(request, message.Checkpoint).Result.Artifact));

        string adapter = Path.Combine(run.Directory, "adapter");
        using JsonDocument config = JsonDocument.Parse(File.ReadAllText(Path.Combine(adapter, "adapter_config.json")));
        Assert.Equal(("SEQ_CLS", "[\"score\"]"), (config.RootElement.GetProperty("task_type").GetString(), JsonSerializer.Serialize(config.RootElement.GetProperty("modules_to_save"))));
        using Decoder body = quantize is null ? ModelFolder.Load(tiny.Base.Directory, trainable: false) : ModelFolder.LoadQuantized(tiny.Base.Directory);
        body.Attach(AdapterFolder.Load(adapter, body.Config, head: DecoderHead.Score));
        using RewardModel onTop = RewardModel.On(body), merged = RewardModel.Load(run.Directory);
        TrainingSequence[] texts = [new([5, 6, 7, 1], 1, "a"), new([9, 8, 1], 1, "b")];
        foreach (var (expected, actual) in onTop.Score(texts).Zip(merged.Score(texts))) Assert.Equal(expected, actual, 1e-4f);
        Assert.Contains("modules_to_save", Assert.Throws<StageFailedException>(() => AdapterFolder.Load(adapter, body.Config)).Message, StringComparison.Ordinal);

        var scenario = tiny.Rig.Request("all-scenario-rl", TinyOptions.AllScenarioRl, [tiny.Problems, tiny.General], tiny.Model, tiny.Rig.Input("reward-models", run, "helpful"));
        Assert.Equal(2, tiny.Rig.Run(scenario).Metrics.GetProperty("general_draws").GetInt64());
    }

    [Fact]
    public void RewardModeling_AccuracyBelowItsGate_IsMissedWithTheFigure()
    {
        var untrained = TinyOptions.RewardModeling with { LearningRate = 0, MinPairAccuracy = 1 };
        var flipped = tiny.Rig.File("flipped", Enumerable.Range(0, 10).Select(i =>
            i % 2 == 0
                ? new { prompt = "tell me about the cat .", chosen = "go away .", rejected = "the cat is nice ." }
                : new { prompt = "tell me about the cat .", chosen = "the cat is nice .", rejected = "go away ." }));

        var failure = tiny.Rig.Fails(tiny.Rig.Request("reward-modeling", untrained with { HeldOutPairs = 9 }, [flipped], tiny.Model));

        Assert.Equal(StageFailureClass.GateMissed, failure.Failure);
        Assert.Contains("9 held-out pairs", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RewardModeling_AllPairsHeldOut_Fails()
    {
        var failure = tiny.Rig.Fails(tiny.Rig.Request("reward-modeling", TinyOptions.RewardModeling with { HeldOutPairs = 10 }, [tiny.Pairs], tiny.Model));

        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.Contains("held-out-pairs", failure.Message, StringComparison.Ordinal);
    }
}
