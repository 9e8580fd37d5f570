using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Training.Tests.Stages;

/// <summary>What an out-of-memory retry changes: every stage that samples or scores does fewer sequences at once, and its artifact stays the same.</summary>
[Collection(StagesCollection.Name)]
public sealed class MemoryLimitTests(TinyBase tiny)
{
    [Fact]
    public void RejectionSampling_UnderALimit_SamplesFewerRowsAndGivesTheSameArtifact() =>
        AssertLimited(tiny.Rig.Request("rejection-sampling", TinyOptions.RejectionSampling, [tiny.Problems, tiny.General], tiny.Model), sameArtifact: true, "instead of 4:");

    [Fact]
    public void Evaluation_UnderALimit_SamplesFewerRowsAndGivesTheSameArtifact()
    {
        var request = tiny.Rig.Request("evaluation", TinyOptions.Evaluation, [], tiny.Rig.Input("models", tiny.Base));
        AssertLimited(
            request with
            {
                Sources = [tiny.Problems],
                Tasks = [new("math", new EvaluationTaskOptions { Data = "problems", Temperature = 0.01, Samples = 2, MaxNewTokens = 40 })],
            },
            sameArtifact: true,
            "instead of 4:");
    }

    [Fact]
    public void Gate_UnderALimit_SamplesFewerRowsAndGivesTheSameArtifact()
    {
        var request = tiny.Rig.Request("supervised-fine-tuning", TinyOptions.FineTuning with { MicroBatch = 1 }, [tiny.General], tiny.Model);
        AssertLimited(
            request with
            {
                Sources = [tiny.General, tiny.Problems],
                Gates = [new GateOptions { Data = "problems", Samples = 2, Temperature = 0.01, MaxNewTokens = 20, AtLeast = 0 }],
            },
            sameArtifact: true,
            "instead of 8:");
    }

    [Fact]
    public void RewardModeling_UnderALimit_ScoresFewerPairsAtOnce() =>
        AssertLimited(tiny.Rig.Request("reward-modeling", TinyOptions.RewardModeling with { MicroBatch = 1 }, [tiny.Pairs], tiny.Model), sameArtifact: false, "instead of 64:");

    [Fact]
    public void AllScenarioRl_UnderALimit_BoundsRolloutsAndScoring()
    {
        var judge = tiny.Rig.Run(tiny.Rig.Request("reward-modeling", TinyOptions.RewardModeling, [tiny.Pairs], tiny.Model));
        var options = TinyOptions.AllScenarioRl with { MicroBatch = 1, RolloutBatch = 3 };
        var request = tiny.Rig.Request(
            "all-scenario-rl", options, [tiny.Problems, tiny.General], tiny.Model, tiny.Rig.Input("reward-models", judge, "helpful"));

        AssertLimited(request, sameArtifact: false, "instead of 3:", "instead of 64:");
    }

    [Fact]
    public void ReasoningRl_UnderALimit_BoundsRollouts() =>
        AssertLimited(
            tiny.Rig.Request("reasoning-rl", TinyOptions.ReasoningRl with { MicroBatch = 1, RolloutBatch = 4 }, [tiny.Problems], tiny.Model),
            sameArtifact: false,
            "instead of 4:");

    // Scores and rollouts may differ in their last bits with the rows beside them; what is sampled and graded may not.
    private void AssertLimited(StageRequest request, bool sameArtifact, params string[] lowered)
    {
        var free = new RecordingLog();
        var limited = new RecordingLog();
        var before = tiny.Rig.Run(request, log: free.Logger);
        var after = tiny.Rig.Run(request with { MicroBatchLimit = 2, Token = request.Token + 5000 }, log: limited.Logger);

        Assert.DoesNotContain(free.Lines, line => line.Contains("memory ran out", StringComparison.Ordinal));
        Assert.All(lowered, what => Assert.Contains(limited.Lines, line => line.StartsWith($"At most 2 sequences at once {what}", StringComparison.Ordinal)));
        if (sameArtifact) Assert.Equal(before.Result.Artifact, after.Result.Artifact);
    }
}
