using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Training.Tests.Stages;

[Collection(StagesCollection.Name)]
public sealed class FineTuningStageTests(TinyBase tiny)
{
    [Theory]
    [InlineData("cold-start")]
    [InlineData("supervised-fine-tuning")]
    [InlineData("distillation")]
    public void Execute_Conversations_TrainTheInputModel(string uses)
    {
        var run = tiny.Rig.Run(tiny.Rig.Request(uses, TinyOptions.FineTuning with { Epochs = 2 }, [tiny.General], tiny.Model));

        Assert.Equal(2, run.Context.StepsPlanned);
        Assert.Equal(3, run.Account("general").Used);
        Assert.NotEqual(tiny.Base.Result.Artifact, run.Result.Artifact);
        Assert.Equal(tiny.Base.Files, run.Files);
    }

    [Fact]
    public void Execute_ThinkAndAnswerApart_AreRenderedByTheTemplate()
    {
        var apart = tiny.Rig.File("apart", new { prompt = TinyBase.KnownPrompt, think = "the sum is 2 0 0 .", answer = "2 0 0" });
        var whole = tiny.Rig.File("whole", new { prompt = TinyBase.KnownPrompt, response = TinyBase.KnownResponse });

        var first = tiny.Rig.Run(tiny.Rig.Request("cold-start", TinyOptions.FineTuning, [apart], tiny.Model));
        var second = tiny.Rig.Run(tiny.Rig.Request("cold-start", TinyOptions.FineTuning, [whole], tiny.Model));

        Assert.Equal(first.Metrics.GetProperty("loss_tokens").GetInt64(), second.Metrics.GetProperty("loss_tokens").GetInt64());
    }

    [Fact]
    public void Execute_RowLongerThanAllowed_IsRefusedAndCounted()
    {
        var run = tiny.Rig.Run(tiny.Rig.Request("cold-start", TinyOptions.FineTuning with { MaxTokens = 26 }, [tiny.General], tiny.Model));

        run.AssertAccountsAddUp();
        Assert.InRange(run.Account("general").Refused["too-long"], 1, 2);
    }

    [Fact]
    public void Execute_NoRowLeft_FailsInsteadOfTrainingNothing()
    {
        var failure = tiny.Rig.Fails(tiny.Rig.Request("cold-start", TinyOptions.FineTuning with { MaxTokens = 5 }, [tiny.General], tiny.Model));

        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.Contains("3 too-long", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Execute_EmptySource_Fails()
    {
        var failure = tiny.Rig.Fails(tiny.Rig.Request("cold-start", TinyOptions.FineTuning, [tiny.Rig.File("nothing")], tiny.Model));

        Assert.Equal(StageFailureClass.UserData, failure.Failure);
    }

    [Fact]
    public void Execute_StoppedAndResumed_GivesTheSameArtifact()
    {
        var request = tiny.Rig.Request("supervised-fine-tuning", TinyOptions.FineTuning with { Epochs = 3, BatchSize = 1 }, [tiny.General], tiny.Model);
        var whole = tiny.Rig.Run(request);

        var owner = new RecordingOwner(stopAfterCheckpoints: 4);
        var stopped = Assert.Throws<StageFailedException>(() => tiny.Rig.Run(request with { Token = 7000 }, owner));
        var resumed = tiny.Rig.Resume(request, owner.Checkpoints[^1].Checkpoint);

        Assert.Equal(StageFailureClass.Interrupted, stopped.Failure);
        Assert.Equal(owner.Checkpoints[^1].Checkpoint.Step, resumed.Context.Resume!.Step);
        Assert.Equal(whole.Result.Artifact, resumed.Result.Artifact);
    }
}
