using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Training.Tests.Stages;

/// <summary>Gates of training stages: whose rows they account for, and that nothing is lost while they are measured.</summary>
[Collection(StagesCollection.Name)]
public sealed class TrainingGateTests(TinyBase tiny)
{
    private static readonly GateOptions Gate = new() { Data = "problems", Samples = 1, Temperature = 0.01, MaxNewTokens = 20, AtLeast = 0 };

    [Fact]
    public void Accounts_TwoGatesOnOneSource_HaveEveryRowThatEitherMeasured()
    {
        var run = tiny.Rig.Run(Gated([tiny.General], Gate with { Rows = 1 }, Gate with { Rows = 3 }));

        var account = run.Account("problems");
        Assert.Equal((4L, 3L, 1L), (account.Read, account.Used, account.NotDrawn));
    }

    [Fact]
    public void Accounts_GateOnTheStagesOwnSource_AreMergedIntoTheStagesOwn()
    {
        var both = tiny.Rig.File(
            "both",
            new { prompt = TinyBase.KnownPrompt, response = TinyBase.KnownResponse, gold = "2 0 0" },
            new { prompt = "what is 5 0 5 + 5 0 5 ?", gold = "1 0 1 0" });

        var run = tiny.Rig.Run(Gated([both], Gate with { Data = "both" }));

        var account = run.Account("both");
        Assert.Equal((2L, 2L, 0), (account.Read, account.Used, account.Refused.Count));
    }

    [Theory]
    [InlineData("supervised-fine-tuning")]
    [InlineData("reasoning-rl")]
    public void Execute_StoppedWhileGatesAreMeasured_ResumesWithoutAStepAndWithTheSameArtifact(string uses)
    {
        StageOptions options = uses == "reasoning-rl"
            ? TinyOptions.ReasoningRl with { CheckpointEverySteps = 1000 }
            : TinyOptions.FineTuning with { Epochs = 3, CheckpointEverySteps = 1000 };
        var request = Gated(tiny.Rig.Request(uses, options, uses == "reasoning-rl" ? [tiny.Rig.File("known", new { prompt = TinyBase.KnownPrompt, gold = "2 0 0" }, new { prompt = "what is 5 0 5 + 5 0 5 ?", gold = "1 0 1 0" })] : [tiny.General], tiny.Model), Gate);
        var ungated = tiny.Rig.Run(request with { Gates = [], Token = 9000 });

        var owner = new RecordingOwner();
        var log = new RecordingLog(line => owner.Stop |= line.Contains("rows of \"problems\"", StringComparison.Ordinal));
        var stopped = Assert.Throws<StageFailedException>(() => tiny.Rig.Run(request with { Token = 9001 }, owner, log.Logger));
        var resumed = tiny.Rig.Resume(request, owner.Checkpoints[^1].Checkpoint);

        Assert.Equal(StageFailureClass.Interrupted, stopped.Failure);
        long steps = resumed.Context.StepsPlanned;
        Assert.Equal(Enumerable.Range(1, (int)steps).Select(step => (long)step), Assert.Single(owner.Checkpoints).Metrics.Select(step => step.Step));
        Assert.Equal(steps, resumed.Context.Resume!.Step);
        Assert.Empty(resumed.Owner.Checkpoints);
        Assert.Equal(ungated.Result.Artifact, resumed.Result.Artifact);
        Assert.Equal(ungated.Metrics.GetProperty("final_loss").GetDouble(), resumed.Metrics.GetProperty("final_loss").GetDouble());
    }

    [Fact]
    public void Execute_LastStepCheckpointedByTheCadence_IsNotCheckpointedAgain()
    {
        var run = tiny.Rig.Run(Gated([tiny.General], Gate));

        Assert.Equal([1L], run.Owner.Checkpoints.Select(message => message.Checkpoint.Step));
    }

    private StageRequest Gated(IReadOnlyList<Contracts.Data.DataSourceDefinition> data, params IReadOnlyList<GateOptions> gates) =>
        Gated(tiny.Rig.Request("supervised-fine-tuning", TinyOptions.FineTuning, data, tiny.Model), gates);

    private StageRequest Gated(StageRequest request, params IReadOnlyList<GateOptions> gates) =>
        request with { Sources = [.. request.Sources, tiny.Problems], Gates = gates };
}
