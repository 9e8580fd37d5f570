using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Artifacts;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Rows;
using R1Pipeline.Rewards.Judging;
using R1Pipeline.Stages.Judging;
using R1Pipeline.Tests.Rewards.Judging;
using R1Pipeline.Training.Runtime;
using TorchSharp;

namespace R1Pipeline.Training.Tests.Stages.Judging;

/// <summary>Stages with a judge: a real endpoint on loopback, or a tiny model on the local engine.</summary>
[Collection(StagesCollection.Name)]
public sealed class JudgedStageTests(TinyBase tiny)
{
    // Bytes, and just as long as its one reply and a short prompt need.
    private static readonly PretrainingOptions ByteBase = TinyOptions.Pretraining with
    {
        Tokenizer = "bytes",
        ChatTemplate = "r1-zero",
        Model = TinyOptions.Shape with { ContextTokens = 640 },
        CheckpointEverySteps = 1000,
    };

    private static readonly SupervisedFineTuningOptions SaysSeven = TinyOptions.FineTuning with { Epochs = 40, LearningRate = 1e-2, CheckpointEverySteps = 1000 };

    [Fact]
    public async Task AllScenarioRl_SomeJudgementsFail_TheyStandOutsideTheMeanAndAreCounted()
    {
        await using var server = new JudgeServer(call => Digest(call.Prompt) % 3 == 0 ? new JudgeAnswer(400, "{}") : JudgeAnswer.Reply($"{{\"score\": {Digest(call.Prompt) % 11}}}"));
        var request = tiny.Rig.Request("all-scenario-rl", Rl(server), [tiny.General], tiny.Model);

        StageRun run = tiny.Rig.Run(request);

        JsonNode[] rollouts = [.. run.Owner.Rollouts.SelectMany(shard => File.ReadLines(shard.Path)).Select(line => JsonNode.Parse(line)!)];
        JsonNode[] failed = [.. rollouts.Where(rollout => rollout["errors"]?["judge"] is not null)];
        Assert.NotEmpty(failed);
        Assert.All(failed, rollout => Assert.Null(Total(rollout)));
        Assert.All(rollouts.Except(failed), rollout => Assert.Equal(Part(rollout, "format") + Part(rollout, "language") + 2 * Part(rollout, "judge"), Total(rollout)!.Value, 9));
        Assert.Contains(rollouts, rollout => rollout["rewards"]!["judge"] is not null && Part(rollout, "judge") > 0);
        StepMetrics[] steps = [.. run.Owner.Checkpoints.SelectMany(checkpoint => checkpoint.Metrics)];
        foreach (StepMetrics step in steps)
        {
            JsonNode[] ofStep = [.. rollouts.Where(rollout => rollout["iteration"]!.GetValue<long>() == step.Iteration)];
            Assert.Equal(ofStep.Count(rollout => Total(rollout) is null), step.Values["reward-errors"]);
            Assert.Equal(ofStep.Average(Total)!.Value, step.Values["reward"], 9);
        }

        int numAsked = server.Calls.Count;
        Assert.Equal(numAsked, server.Calls.Select(call => call.Prompt).Distinct().Count());
        Assert.All(run.Owner.Checkpoints, message => Assert.Equal(run.Result.Artifact, tiny.Rig.Resume(request, message.Checkpoint).Result.Artifact));
        Assert.Equal(numAsked, server.Calls.Count);
    }

    [Fact]
    public async Task AllScenarioRl_KeyRefused_EndsTheStageAtOnce()
    {
        await using var server = new JudgeServer(_ => new JudgeAnswer(401, "{}"));

        var failure = tiny.Rig.Fails(tiny.Rig.Request("all-scenario-rl", Rl(server), [tiny.General], tiny.Model));

        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.Contains("401", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AllScenarioRl_KeysVariableNotSet_EndsTheStageWithItsName()
    {
        var options = TinyOptions.AllScenarioRl with { Judge = new JudgeOptions { Endpoint = "http://127.0.0.1:9/v1", Model = "m", KeyEnv = "R1_TEST_NOT_SET" } };

        var failure = tiny.Rig.Fails(tiny.Rig.Request("all-scenario-rl", options, [tiny.General], tiny.Model));

        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.Contains("R1_TEST_NOT_SET", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("correct", 1, 0, 0)]
    [InlineData("incorrect", 0, 2, 0)]
    [InlineData("perhaps", 0, 0, 2)]
    public async Task RejectionSampling_GoldThatNoRuleCanCheck_IsJudgedByItsFinalAnswer(string verdict, int kept, int incorrect, int failed)
    {
        await using var server = new JudgeServer(_ => JudgeAnswer.Reply($"{{\"analysis\": \"\", \"correctness\": \"{verdict}\"}}"));
        DataSourceDefinition open = tiny.Rig.File("open", new { prompt = TinyBase.KnownPrompt, gold = "two hundred, as a warm word", task = "judge", id = "open" });
        var options = TinyOptions.RejectionSampling with { MinKept = 0, GeneralRowsWhenNoneKept = 1, Judge = new JudgeOptions { Endpoint = server.Endpoint, Model = "m" } };
        var request = tiny.Rig.Request("rejection-sampling", options, [open, tiny.General], tiny.Model);

        StageRun run = tiny.Rig.Run(request);

        Assert.Equal(kept, run.Metrics.GetProperty("kept").GetInt32());
        Assert.Equal(incorrect, run.Metrics.GetProperty("dropped_incorrect").GetInt32());
        Assert.Equal(failed, run.Metrics.TryGetProperty("dropped_reward_error", out JsonElement errors) ? errors.GetInt32() : 0);
        if (kept > 0) Assert.Equal(TinyBase.KnownResponse, DatasetFile.Read(run.Directory, "rs").First().Response);
        JudgeCall call = Assert.Single(server.Calls);
        Assert.Contains("two hundred, as a warm word", call.Prompt, StringComparison.Ordinal);
        Assert.Contains("2 0 0", call.Prompt, StringComparison.Ordinal);
        Assert.DoesNotContain("<think>", call.Prompt, StringComparison.Ordinal);
        Assert.Equal(run.Result.Artifact, tiny.Rig.Resume(request, run.Owner.Checkpoints[^1].Checkpoint).Result.Artifact);
        Assert.Single(server.Calls);
    }

    [Fact]
    public void RejectionSampling_RowsForAJudgeWithoutOne_AreRefused()
    {
        DataSourceDefinition open = tiny.Rig.File("open-alone", new { prompt = TinyBase.KnownPrompt, gold = "anything", task = "judge" });

        var run = tiny.Rig.Run(tiny.Rig.Request("rejection-sampling", TinyOptions.RejectionSampling, [tiny.Problems, open], tiny.Model));

        Assert.Equal(1, run.Account("open-alone").Refused["gold-not-comparable"]);
    }

    [Fact]
    public void LocalModel_TrainedToSaySeven_SaysItOnceForEqualTextsAndInAStage()
    {
        StageRun judgeBase = tiny.Rig.Run(tiny.Rig.Request("pretraining", ByteBase, [Sevens()]));
        StageRun judgeModel = tiny.Rig.Run(tiny.Rig.Request("cold-start", SaysSeven, [Sevens()], tiny.Rig.Input("model", judgeBase)));
        JudgeOptions options = new() { Prompt = "{question}{candidate}", MaxTokens = 24 };
        string path = Path.Combine(tiny.Rig.Artifacts, "..", "local-judgements.jsonl");
        using (Judge judge = Judge.Local(options, LocalChatClient.Load(judgeModel.Directory, "judge"), "local", path))
        {
            IReadOnlyList<Judgement> judged = judge.AskAll([JudgeQuestion.Score("why 1 ?", "so 1 ."), JudgeQuestion.Score("why 2 ?", "so 2 ."), JudgeQuestion.Score("why 1 ?", "so 1 ."), JudgeQuestion.Score(new string('x', 700), "")]);
            Assert.Null(judged[0].Outcome.Error);
            Assert.Equal([0.7, 0.7, 0.7, null], judged.Select(judgement => judgement.Outcome.Value));
            Assert.Contains("no room", judged[3].Outcome.Error, StringComparison.Ordinal);
        }

        Assert.Equal(3, File.ReadLines(path).Count());
        using (Judge narrow = Judge.Local(options, LocalChatClient.Load(judgeModel.Directory, "judge", new Placement(torch.CPU, torch.ScalarType.BFloat16)), "local in bf16", path + ".bf16"))
            Assert.Equal(0.7, narrow.AskAll([JudgeQuestion.Score("why 1 ?", "so 1 .")])[0].Outcome.Value);
        var request = tiny.Rig.Request("all-scenario-rl", Rl(null) with { Judge = options, Iterations = 1 }, [tiny.General], tiny.Model, tiny.Rig.Input("judge-model", judgeModel));
        StageRun run = tiny.Rig.Run(request);
        Assert.Contains(run.Owner.Rollouts.SelectMany(shard => File.ReadLines(shard.Path)), line => line.Contains("\"judge\":0.7", StringComparison.Ordinal));
        Assert.NotEmpty(File.ReadLines(RunDirectory.JudgementsOf(run.Request.StageDirectory, run.Request.Token)));
    }

    private DataSourceDefinition Sevens() => tiny.Rig.File(
        "sevens",
        Enumerable.Range(0, 16).Select(i => new
        {
            prompt = JudgePrompts.Render(JudgeQuestion.Score(i % 2 == 0 ? $"why {i} ?" : "tell me about the cat .", $"so {i} ."), "{question}{candidate}"),
            response = """{"score": 7}""",
        }));

    private static AllScenarioRlOptions Rl(JudgeServer? server) => TinyOptions.AllScenarioRl with
    {
        Iterations = 2,
        Questions = 2,
        GeneralQuestions = 2,
        GeneralFromIteration = 1,
        GroupSize = 6,
        MaxNewTokens = 40,
        Temperature = 1.3,
        JudgeWeight = 2,
        Judge = server is null ? null : new JudgeOptions { Endpoint = server.Endpoint, Model = "m", RetryDelaySeconds = 0.01 },
    };

    private static double? Total(JsonNode rollout) => rollout["total"]?.GetValue<double>();

    private static double Part(JsonNode rollout, string part) => rollout["rewards"]![part]!.GetValue<double>();

    private static int Digest(string text) => text.Aggregate(7, (sum, c) => (sum * 31 + c) & 0xFFFFFF);
}
