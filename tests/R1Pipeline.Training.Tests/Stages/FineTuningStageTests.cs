using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Tests.Runtime;
using R1Pipeline.Training.Weights;

namespace R1Pipeline.Training.Tests.Stages;

[Collection(StagesCollection.Name)]
public sealed class FineTuningStageTests(TinyBase tiny)
{
    private static readonly LoraOptions Lora = new() { Rank = 4 };

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
    public void Execute_Bf16_TrainsAnotherModelToAboutTheSameLoss()
    {
        var wide = tiny.Rig.Run(tiny.Rig.Request("cold-start", TinyOptions.FineTuning with { Epochs = 2, Device = "cpu", Precision = ComputePrecision.Fp32 }, [tiny.General], tiny.Model));
        var narrow = tiny.Rig.Run(tiny.Rig.Request("cold-start", TinyOptions.FineTuning with { Epochs = 2, Precision = ComputePrecision.Bf16 }, [tiny.General], tiny.Model));
        var unsaid = tiny.Rig.Run(tiny.Rig.Request("cold-start", TinyOptions.FineTuning with { Epochs = 2 }, [tiny.General], tiny.Model));

        Assert.Equal(unsaid.Result.Artifact, wide.Result.Artifact);
        Assert.NotEqual(unsaid.Result.Artifact, narrow.Result.Artifact);
        Assert.InRange(narrow.Metrics.GetProperty("final_loss").GetDouble() / wide.Metrics.GetProperty("final_loss").GetDouble(), 0.95, 1.05);
    }

    [Fact]
    public void Execute_CudaWhereThereIsNone_SaysWhichBuildHasIt()
    {
        Assert.SkipUnless(Parity.Placement.IsHost, "this build has CUDA");

        var failure = tiny.Rig.Fails(tiny.Rig.Request("cold-start", TinyOptions.FineTuning with { Device = "cuda:1" }, [tiny.General], tiny.Model));

        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.Contains("device: cuda:1", failure.Message, StringComparison.Ordinal);
        Assert.Contains("-p:TorchBackend=cuda", failure.Message, StringComparison.Ordinal);
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

    [Fact]
    public void Execute_Lora_PutsOutTheMergedModelAndTheAdapterBesideIt()
    {
        var request = tiny.Rig.Request("supervised-fine-tuning", TinyOptions.FineTuning with { Epochs = 3, BatchSize = 1, Lora = Lora }, [tiny.General], tiny.Model);
        var whole = tiny.Rig.Run(request);

        Assert.Equal(tiny.Base.Files, whole.Files);
        string adapterFolder = Path.Combine(whole.Directory, "adapter");
        Assert.Equal(["adapter_config.json", "adapter_model.safetensors"], Directory.EnumerateFileSystemEntries(adapterFolder).Select(Path.GetFileName).Order());
        Assert.Contains($"\"base_model_name_or_path\": \"sha256:{tiny.Base.Result.Artifact.Sha256}\"", File.ReadAllText(Path.Combine(adapterFolder, "adapter_config.json")), StringComparison.Ordinal);
        using Decoder onTop = ModelFolder.Load(tiny.Base.Directory, trainable: false), merged = ModelFolder.Load(whole.Directory, trainable: false);
        Assert.False(merged.Parameters.Values.bytes.SequenceEqual(onTop.Parameters.Values.bytes));
        onTop.Attach(AdapterFolder.Load(adapterFolder, onTop.Config));
        using Decoder mergedAgain = Loops.LoraLoopTests.Merged(onTop);
        Assert.True(merged.Parameters.Values.bytes.SequenceEqual(mergedAgain.Parameters.Values.bytes));
    }

    [Fact]
    public void Execute_LoraStoppedAndResumed_GivesTheSameArtifactFromCheckpointsOfTheAdapterAlone()
    {
        var request = tiny.Rig.Request("cold-start", TinyOptions.FineTuning with { Epochs = 3, BatchSize = 1, Lora = Lora with { Dropout = 0.1 } }, [tiny.General], tiny.Model);
        var whole = tiny.Rig.Run(request);

        var owner = new RecordingOwner(stopAfterCheckpoints: 4);
        Assert.Throws<StageFailedException>(() => tiny.Rig.Run(request with { Token = 7000 }, owner));
        string checkpoint = owner.Checkpoints[^1].Checkpoint.Directory;
        var resumed = tiny.Rig.Resume(request, owner.Checkpoints[^1].Checkpoint);

        Assert.Equal(whole.Result.Artifact, resumed.Result.Artifact);
        string[] files = [.. Directory.EnumerateFiles(checkpoint).Select(path => Path.GetFileName(path))];
        Assert.Contains("adapter_config.json", files);
        Assert.Contains("adapter_model.safetensors", files);
        Assert.DoesNotContain("model.safetensors", files);
        Assert.DoesNotContain("config.json", files);
    }

    [Fact]
    public void Execute_QuantizedStoppedAndResumed_GivesTheSameArtifactMergedIntoTheDequantizedWeights()
    {
        var request = tiny.Rig.Request("cold-start", TinyOptions.FineTuning with { Epochs = 3, BatchSize = 1, Lora = Lora with { Quantize = WeightQuantization.Nf4 } }, [tiny.General], tiny.Model);
        var whole = tiny.Rig.Run(request);

        var owner = new RecordingOwner(stopAfterCheckpoints: 4);
        Assert.Throws<StageFailedException>(() => tiny.Rig.Run(request with { Token = 7000 }, owner));
        var resumed = tiny.Rig.Resume(request, owner.Checkpoints[^1].Checkpoint);

        Assert.Equal(whole.Result.Artifact, resumed.Result.Artifact);
        using Decoder onTop = ModelFolder.LoadQuantized(tiny.Base.Directory), merged = ModelFolder.Load(whole.Directory, trainable: false);
        onTop.Attach(AdapterFolder.Load(Path.Combine(whole.Directory, "adapter"), onTop.Config));
        using Decoder mergedAgain = Loops.LoraLoopTests.Merged(onTop);
        Assert.True(merged.Parameters.Values.bytes.SequenceEqual(mergedAgain.Parameters.Values.bytes));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(WeightQuantization.Nf4)]
    public void Execute_LoraInBf16_WritesWhatItDoesNotAdaptAsItWasRead(WeightQuantization? quantize)
    {
        var options = TinyOptions.FineTuning with { Precision = ComputePrecision.Bf16, Lora = Lora with { Quantize = quantize } };
        var run = tiny.Rig.Run(tiny.Rig.Request("cold-start", options, [tiny.General], tiny.Model));

        using Decoder read = ModelFolder.Load(tiny.Base.Directory, trainable: false), written = ModelFolder.Load(run.Directory, trainable: false);
        Assert.False(written.Parameters.Values.bytes.SequenceEqual(read.Parameters.Values.bytes));
        Assert.Equal(read.Parameters["embedding"].bytes.ToArray(), written.Parameters["embedding"].bytes.ToArray());
    }

    [Fact]
    public void Execute_LoraOfAProjectionThatTheModelLacks_Fails()
    {
        var failure = tiny.Rig.Fails(tiny.Rig.Request("cold-start", TinyOptions.FineTuning with { Lora = Lora with { Targets = ["q_b_proj"] } }, [tiny.General], tiny.Model));

        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.Contains("q_b_proj", failure.Message, StringComparison.Ordinal);
    }
}
