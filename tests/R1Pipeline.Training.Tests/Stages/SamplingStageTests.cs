using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Rows;

namespace R1Pipeline.Training.Tests.Stages;

[Collection(StagesCollection.Name)]
public sealed class SamplingStageTests(TinyBase tiny)
{
    [Fact]
    public void RejectionSampling_OneProblemKnown_KeepsItOnceAndCountsTheRest()
    {
        var run = tiny.Rig.Run(tiny.Rig.Request(
            "rejection-sampling", TinyOptions.RejectionSampling with { GeneralShare = 2 }, [tiny.Problems, tiny.General], tiny.Model));

        var rows = DatasetFile.Read(run.Directory, "rs").ToArray();
        Assert.Equal(ArtifactKind.Dataset, run.Result.Artifact.Kind);
        Assert.Equal(TinyBase.KnownResponse, rows[0].Response);
        Assert.Equal("en", rows[0].Language);
        Assert.Equal(3, rows.Length);
        Assert.Equal(8, run.Metrics.GetProperty("sampled").GetInt32());
        Assert.Equal(1, run.Metrics.GetProperty("kept").GetInt32());
        Assert.Equal(2, run.Metrics.GetProperty("general_rows").GetInt32());
        Assert.Equal(1, run.Metrics.GetProperty("dropped_duplicate").GetInt32());
        Assert.Equal(6, run.Metrics.GetProperty("dropped_incorrect").GetInt32());
        Assert.Equal(4, run.Account("problems").Used);
        Assert.Equal((3L, 2L, 1L), (run.Account("general").Read, run.Account("general").Used, run.Account("general").NotDrawn));
        Assert.Equal(2, run.Context.StepsPlanned);
    }

    [Fact]
    public void RejectionSampling_ResumedFromEveryShard_GivesTheSameArtifact()
    {
        var request = tiny.Rig.Request(
            "rejection-sampling", TinyOptions.RejectionSampling with { ShardProblems = 1 }, [tiny.Problems, tiny.General], tiny.Model);
        var whole = tiny.Rig.Run(request);

        Assert.Equal([1, 2, 3, 4], whole.Owner.Checkpoints.Select(message => message.Checkpoint.Step));
        Assert.All(whole.Owner.Checkpoints, message =>
            Assert.Equal(whole.Result.Artifact, tiny.Rig.Resume(request, message.Checkpoint).Result.Artifact));
    }

    [Fact]
    public void RejectionSampling_FewerKeptThanAsked_IsAMissedGateThatCanBeAccepted()
    {
        var request = tiny.Rig.Request("rejection-sampling", TinyOptions.RejectionSampling with { MinKept = 5 }, [tiny.Problems, tiny.General], tiny.Model);

        var failure = tiny.Rig.Fails(request);
        var accepted = tiny.Rig.Run(request with { AcceptMissedGates = true, Token = 6000 });

        Assert.Equal(StageFailureClass.GateMissed, failure.Failure);
        Assert.Contains("is 1; the gate asks for at least 5", failure.Message, StringComparison.Ordinal);
        Assert.Contains("6 incorrect", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, accepted.Metrics.GetProperty("kept").GetInt32());
    }

    [Fact]
    public void RejectionSampling_NothingKept_GoesOnWithGeneralRowsOnlyWhenToldTo()
    {
        var unknown = tiny.Rig.File("unknown", new { prompt = "what is 3 4 5 + 6 7 8 ?", gold = "1 0 2 3" });
        var told = TinyOptions.RejectionSampling with { MinKept = 0, GeneralRowsWhenNoneKept = 2 };

        var missed = tiny.Rig.Fails(tiny.Rig.Request("rejection-sampling", TinyOptions.RejectionSampling, [unknown, tiny.General], tiny.Model));
        var empty = tiny.Rig.Fails(tiny.Rig.Request("rejection-sampling", told, [unknown], tiny.Model));
        var run = tiny.Rig.Run(tiny.Rig.Request("rejection-sampling", told, [unknown, tiny.General], tiny.Model));

        Assert.Equal(StageFailureClass.GateMissed, missed.Failure);
        Assert.Equal(StageFailureClass.UserData, empty.Failure);
        Assert.Equal(2, run.Metrics.GetProperty("general_rows").GetInt32());
    }

    [Fact]
    public void RejectionSampling_ItsDataset_TrainsTheNextStage()
    {
        var sampled = tiny.Rig.Run(tiny.Rig.Request("rejection-sampling", TinyOptions.RejectionSampling with { GeneralShare = 1 }, [tiny.Problems, tiny.General], tiny.Model));

        var run = tiny.Rig.Run(tiny.Rig.Request("supervised-fine-tuning", TinyOptions.FineTuning, [], tiny.Model, tiny.Rig.Input("data", sampled)));

        Assert.Equal(2, run.Account(sampled.Request.Stage).Used);
    }

    [Fact]
    public void Evaluation_OneModel_HasTheContractsMetrics()
    {
        var run = tiny.Rig.Run(Evaluation());

        var figures = run.Metrics.GetProperty("models").GetProperty(tiny.Base.Request.Stage).GetProperty("math");
        Assert.Equal(0.25, figures.GetProperty("pass_at_1").GetDouble());
        Assert.Equal(0.25, figures.GetProperty("pass_at_k").GetDouble());
        Assert.Equal(0.25, figures.GetProperty("cons_at_k").GetDouble());
        Assert.Equal(4, figures.GetProperty("num_problems").GetInt32());
        Assert.Equal(8, figures.GetProperty("num_samples").GetInt32());
        Assert.Equal(2, figures.GetProperty("k").GetInt32());
        Assert.Equal(0, run.Metrics.GetProperty("models").GetProperty(tiny.Base.Request.Stage).GetProperty("words").GetProperty("pass_at_1").GetDouble());
        Assert.Equal(4, run.Account("problems").Used);
        Assert.Equal((3L, 2L, 1L), (run.Account("general").Read, run.Account("general").Used, run.Account("general").NotDrawn));
        string report = File.ReadAllText(Path.Combine(run.Directory, "evaluation.json"));
        Assert.Contains(TinyBase.KnownResponse, report, StringComparison.Ordinal);
        Assert.Contains("\"accuracy\": 1", report, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluation_ResumedFromEveryShard_GivesTheSameArtifact()
    {
        var request = Evaluation();
        var whole = tiny.Rig.Run(request);

        Assert.Equal(3, whole.Owner.Checkpoints.Count);
        Assert.All(whole.Owner.Checkpoints, message =>
            Assert.Equal(whole.Result.Artifact, tiny.Rig.Resume(request, message.Checkpoint).Result.Artifact));
    }

    [Fact]
    public void Evaluation_MissedGate_HasTheFigureAndCanBeAccepted()
    {
        var request = Evaluation() with { Gates = [new GateOptions { Task = "math", Model = tiny.Base.Request.Stage, AtLeast = 0.5 }] };

        var ungated = tiny.Rig.Run(request with { Gates = [], Token = 7900 });
        var failure = tiny.Rig.Fails(request);
        var accepted = tiny.Rig.Run(request with { AcceptMissedGates = true, Token = 8000 });

        Assert.Equal(ungated.Result.Artifact, accepted.Result.Artifact);

        Assert.Equal(StageFailureClass.GateMissed, failure.Failure);
        Assert.Contains($"pass-at-1 of {tiny.Base.Request.Stage} on math is 0.25; the gate asks for at least 0.5", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0.25, accepted.Metrics.GetProperty("gates")[0].GetProperty("value").GetDouble());
    }

    private StageRequest Evaluation()
    {
        var request = tiny.Rig.Request("evaluation", TinyOptions.Evaluation, [], tiny.Rig.Input("models", tiny.Base));
        return request with
        {
            Sources = [tiny.Problems, tiny.General],
            Tasks =
            [
                new("math", new EvaluationTaskOptions { Data = "problems", Temperature = 0.01, Samples = 2, MaxNewTokens = 40 }),
                new("words", new EvaluationTaskOptions { Data = "general", Temperature = 0.01, Samples = 1, MaxNewTokens = 40, Rows = 2 }),
            ],
        };
    }
}
