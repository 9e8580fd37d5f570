using System.Text.Json;
using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Training.Tests.Stages;

[Collection(StagesCollection.Name)]
public sealed class PretrainingStageTests(TinyBase tiny)
{
    [Fact]
    public void Execute_SmallCorpus_MakesACompleteModelFolder()
    {
        Assert.Equal(ArtifactKind.Model, tiny.Base.Result.Artifact.Kind);
        Assert.Superset(new HashSet<string> { "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json" }, new HashSet<string>(tiny.Base.Files));
        Assert.Equal(60, tiny.Base.Metrics.GetProperty("steps").GetInt64());
        Assert.Equal(8, tiny.Base.Account("corpus").Used);
        Assert.Equal(60, tiny.Base.Context.StepsPlanned);
    }

    [Fact]
    public void Execute_ResumedFromEveryCheckpoint_GivesTheSameArtifact()
    {
        var request = tiny.Rig.Request("pretraining", TinyOptions.Pretraining with { Epochs = 3, BatchSize = 4 }, [tiny.Corpus]);
        var whole = tiny.Rig.Run(request);

        Assert.Equal(6, whole.Context.StepsPlanned);
        Assert.NotEmpty(whole.Owner.Checkpoints);
        Assert.All(whole.Owner.Checkpoints, message =>
            Assert.Equal(whole.Result.Artifact, tiny.Rig.Resume(request, message.Checkpoint).Result.Artifact));
    }

    [Theory]
    [InlineData(null, "cpu Float32")]
    [InlineData(ComputePrecision.Bf16, "cpu BFloat16")]
    public void Execute_Model_ItsProvenanceSaysWhereItWasComputed(ComputePrecision? precision, string device)
    {
        var run = tiny.Rig.Run(tiny.Rig.Request("pretraining", TinyOptions.Pretraining with { Precision = precision }, [tiny.Corpus]));
        var tokenizer = tiny.Rig.Run(tiny.Rig.Request("train-tokenizer", new TrainTokenizerOptions { VocabularySize = 300 }, [tiny.General]));

        Assert.Equal(device, Provenance(run).GetProperty("device").GetString());
        Assert.Equal(1, Provenance(run).GetProperty("threads").GetInt32());
        Assert.False(Provenance(tokenizer).TryGetProperty("device", out _));

        static JsonElement Provenance(StageRun made) => JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(made.Directory, "provenance.json")));
    }

    [Fact]
    public void Execute_LongDocument_IsCutAndAllOfItTrains()
    {
        var corpus = tiny.Rig.File("long", new { text = string.Join(' ', Enumerable.Repeat("the cat", 100)) });

        var run = tiny.Rig.Run(tiny.Rig.Request("pretraining", TinyOptions.Pretraining with { MaxTokens = 60 }, [corpus]));

        Assert.Equal(201, run.Metrics.GetProperty("tokens").GetInt64());
        run.AssertAccountsAddUp();
    }

    [Fact]
    public void Execute_Packing_UsesFewerRowsOfTheBatch()
    {
        var run = tiny.Rig.Run(tiny.Rig.Request("pretraining", TinyOptions.Pretraining with { Packing = true, BatchSize = 1 }, [tiny.Corpus]));

        // 8 documents of 31 tokens, 4 in a sequence of 128.
        Assert.Equal(2, run.Context.StepsPlanned);
        Assert.Equal(8, run.Account("corpus").Used);
    }

    [Theory]
    [InlineData(null, "no tokenizer")]
    [InlineData("klingon", "klingon")]
    public void Execute_NoUsableTokenizer_SaysWhatThereIs(string? tokenizer, string expected)
    {
        var failure = tiny.Rig.Fails(tiny.Rig.Request("pretraining", TinyOptions.Pretraining with { Tokenizer = tokenizer }, [tiny.Corpus]));

        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Execute_ImpossibleShape_IsTheUsersError()
    {
        var options = TinyOptions.Pretraining with { Model = TinyOptions.Shape with { NumHeads = 5 } };

        Assert.Equal(StageFailureClass.UserData, tiny.Rig.Fails(tiny.Rig.Request("pretraining", options, [tiny.Corpus])).Failure);
    }

    [Fact]
    public void Execute_GateOnItsOwnOutput_IsMeasuredBeforeTheCommitAndDemandedAfterIt()
    {
        var gates = new[] { new GateOptions { Data = "problems", Metric = "pass-at-1", AtLeast = 0.99, Temperature = 0.01, MaxNewTokens = 40 } };
        var request = tiny.Rig.Request("pretraining", TinyOptions.Pretraining with { BatchSize = 4 }, [tiny.Corpus]);
        request = request with { Stage = "gated", Gates = gates, Sources = [.. request.Sources, tiny.Problems] };      // a name of its own, so that nobody else commits this artifact
        int before = tiny.Rig.NumArtifacts;

        var failure = tiny.Rig.Fails(request);
        var accepted = tiny.Rig.Run(request with { AcceptMissedGates = true, Token = 5000 });

        Assert.Equal(StageFailureClass.GateMissed, failure.Failure);
        Assert.Contains("pass-at-1", failure.Message, StringComparison.Ordinal);
        Assert.Contains("at least 0.99", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before + 1, tiny.Rig.NumArtifacts);
        Assert.True(accepted.Metrics.GetProperty("gates")[0].GetProperty("missed").GetBoolean());
        Assert.Equal(4, accepted.Account("problems").Used);
    }
}
