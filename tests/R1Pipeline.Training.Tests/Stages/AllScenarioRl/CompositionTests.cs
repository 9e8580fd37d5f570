using System.Text.Json;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Training.Tests.Stages.AllScenarioRl;

/// <summary>The reward of each type of prompt is the weighted sum of its own parts, all of which stand in the ledger; recomputed here from the ledger alone.</summary>
[Collection(StagesCollection.Name)]
public sealed class CompositionTests(TinyBase tiny)
{
    private static readonly RewardCompositionOptions Weights = new()
    {
        Reasoning = new Dictionary<string, double> { ["accuracy"] = 2, ["format"] = 0.5, ["language"] = 0.25 },
        General = new Dictionary<string, double> { ["helpful"] = 1.5, ["format"] = 1 },
        Safety = new Dictionary<string, double> { ["harmless"] = 3, ["helpful"] = 0.125, ["language"] = 1 },
    };

    [Theory]
    [InlineData(RewardModelMap.Sigmoid)]
    [InlineData(RewardModelMap.Clipped)]
    public void Execute_WeightsByType_AreTheSumOfTheNamedParts(RewardModelMap map)
    {
        var options = TinyOptions.AllScenarioRl with { Iterations = 4, Questions = 3, GeneralQuestions = 2, GeneralFromIteration = 1, Rewards = Weights, RewardModelMap = map };
        StageRun run = tiny.Rig.Run(Request(options));

        JsonElement[] rollouts = Ledger(run);
        Assert.Equal(24, rollouts.Length);
        foreach (JsonElement rollout in rollouts)
        {
            string source = rollout.GetProperty("question").GetString()!.Split(':')[0];
            IReadOnlyDictionary<string, double> weights = source switch { "problems" => Weights.Reasoning!, "general" => Weights.General!, _ => Weights.Safety! };
            var parts = rollout.GetProperty("rewards");
            double expected = weights.Sum(weight => weight.Value * parts.GetProperty(weight.Key is "helpful" or "harmless" ? $"model-{weight.Key}" : weight.Key).GetDouble());
            Assert.Equal(expected, rollout.GetProperty("total").GetDouble(), 1e-9);
            Assert.Equal(source == "safety", parts.TryGetProperty("model-harmless", out _));
            Assert.Equal(source != "problems", parts.TryGetProperty("model-helpful", out _));
            Assert.False(parts.TryGetProperty("model", out _));
        }

        Assert.Equal(3, rollouts.Select(rollout => rollout.GetProperty("question").GetString()!.Split(':')[0]).Distinct().Count());
        JsonElement models = run.Metrics.GetProperty("reward_models");
        Assert.Equal(JsonSerializer.SerializeToElement(map, R1Pipeline.Contracts.ContractJson.Compact).GetString(), models.GetProperty("helpful").GetProperty("map").GetString());
        Assert.True(models.GetProperty("harmless").GetProperty("score_std").GetDouble() > 0);
    }

    [Fact]
    public void Execute_SafetyPromptsWithoutWeights_AreJudgedByTheSafetyModelAlone()
    {
        StageRun run = tiny.Rig.Run(Request(TinyOptions.AllScenarioRl with { Iterations = 4, Questions = 2, GeneralQuestions = 2, GeneralFromIteration = 1 }));

        foreach (JsonElement rollout in Ledger(run))
        {
            bool safety = rollout.GetProperty("question").GetString()!.StartsWith("safety:", StringComparison.Ordinal);
            JsonElement parts = rollout.GetProperty("rewards");
            Assert.Equal(safety, parts.TryGetProperty("score-harmless", out _));
            double expected = parts.GetProperty("model").GetDouble() + parts.GetProperty("format").GetDouble() + parts.GetProperty("language").GetDouble();
            Assert.Equal(expected, rollout.GetProperty("total").GetDouble(), 1e-9);
        }
    }

    [Theory]
    [InlineData(RewardModelMap.Sigmoid)]
    [InlineData(RewardModelMap.Standardized)]
    public void Execute_OutputsWithoutAFinalAnswer_EarnTheLowestRewardAndSaySo(RewardModelMap map)
    {
        // Outputs are cut long before their answer, but for the known one.
        var options = TinyOptions.AllScenarioRl with { Iterations = 2, Questions = 3, GeneralQuestions = 3, GeneralFromIteration = 1, MaxNewTokens = 40, RewardModelMap = map };
        var open = tiny.Rig.File(
            "open",
            new { prompt = TinyBase.KnownPrompt, id = "known" }, new { prompt = "tell me about the cat .", id = "cat" }, new { prompt = "tell me about the dog .", id = "dog" });
        StageRun run = tiny.Rig.Run(tiny.Rig.Request("all-scenario-rl", options, [tiny.Problems, open], tiny.Model, tiny.Rig.Input("reward-models", Helpful(), "helpful")));

        foreach (IGrouping<long, JsonElement> iteration in Ledger(run).GroupBy(rollout => rollout.GetProperty("iteration").GetInt64()))
        {
            JsonElement[] scored = [.. iteration.Where(rollout => rollout.GetProperty("rewards").TryGetProperty("score-helpful", out _))];
            JsonElement[] silent = [.. iteration.Where(rollout => rollout.GetProperty("verdict").GetString() == "no-answer")];
            Assert.Equal(iteration.Count(), scored.Length + silent.Length);
            Assert.NotEmpty(scored);
            double lowest = map == RewardModelMap.Sigmoid ? 0 : scored.Min(Model);
            Assert.All(silent, rollout => Assert.Equal(lowest, Model(rollout)));
        }

        static double Model(JsonElement rollout) => rollout.GetProperty("rewards").GetProperty("model").GetDouble();
    }

    private StageRequest Request(AllScenarioRlOptions options)
    {
        DataSourceDefinition safety = tiny.Rig.File("safety", new { prompt = "tell me about the rain .", task = TaskKinds.Safety }, new { prompt = "tell me about the sea .", task = TaskKinds.Safety });
        return tiny.Rig.Request(
            "all-scenario-rl", options, [tiny.Problems, tiny.General, safety], tiny.Model,
            tiny.Rig.Input("reward-models", Helpful(), "helpful"), tiny.Rig.Input("reward-models", Harmless(), "harmless"));
    }

    private StageRun Helpful() => tiny.Rig.Run(tiny.Rig.Request("reward-modeling", TinyOptions.RewardModeling, [tiny.Pairs], tiny.Model));

    private StageRun Harmless()
    {
        DataSourceDefinition labelled = tiny.Rig.File("labelled-few", Enumerable.Range(0, 20).Select(i => (object)new
        {
            prompt = "tell me about the cat .",
            response = i % 2 == 0 ? "the cat is nice ." : "go away .",
            label = i % 2 == 0,
        }));
        return tiny.Rig.Run(tiny.Rig.Request("reward-modeling", TinyOptions.RewardModeling with { Objective = RewardObjective.Pointwise, HeldOutPairs = 8 }, [labelled], tiny.Model));
    }

    private static JsonElement[] Ledger(StageRun run) => [.. run.Owner.Rollouts.SelectMany(shard => File.ReadLines(shard.Path)).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
}
