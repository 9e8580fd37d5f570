using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Orchestration.Planning;

namespace R1Pipeline.Tests.Orchestration;

public sealed class StageKeyTests
{
    private static readonly DataSourceDefinition File = new() { Name = "rows", Path = "/a/rows.jsonl", Sha256 = "11" };
    private static readonly DataSourceDefinition Generated = new() { Name = "task", Addition = new AdditionOptions { Rows = 10, Seed = 5 } };
    private static readonly DataSourceDefinition GateRows = new() { Name = "gate-rows", Path = "/a/gate.jsonl", Sha256 = "22" };

    private static readonly StageDefinition Rl = new()
    {
        Name = "rl",
        Uses = "reasoning-rl",
        Seed = 1,
        Inputs = [new StageInput("model", "base", "base")],
        Data = ["rows"],
        Options = new ReasoningRlOptions(),
    };

    private static readonly StageDefinition Report = new()
    {
        Name = "report",
        Uses = "evaluation",
        Seed = 1,
        Inputs = [new StageInput("models", "base", "base")],
        Options = new EvaluationOptions(),
        Tasks = [KeyValuePair.Create("t1", new EvaluationTaskOptions { Data = "task" })],
    };

    private static readonly string RlKey = KeyOf(Rl);

    [Fact]
    public void Of_SameStage_SameKey() => Assert.Equal(RlKey, KeyOf(Rl with { }));

    public static TheoryData<string, ReasoningRlOptions> OutsideTheKey() => new()
    {
        { "checkpoint-every-steps", new() { CheckpointEverySteps = 7 } },
        { "checkpoint-every-seconds", new() { CheckpointEverySeconds = 7 } },
        { "keep-checkpoints", new() { KeepCheckpoints = 9 } },
        { "keep-best", new() { KeepBest = 1, KeepBestMetric = "reward", KeepBestOrder = BestOrder.Higher } },
        { "keep-every", new() { KeepEvery = 9 } },
        { "max-attempts", new() { MaxAttempts = 1 } },
        { "retries", new() { Retries = new RetryOptions { Stalled = 1 } } },
        { "stall-timeout-seconds", new() { StallTimeoutSeconds = 3 } },
        { "micro-batch", new() { MicroBatch = 4 } },
        { "activation-checkpointing", new() { ActivationCheckpointing = true } },
        { "max-kl", new() { MaxKl = 1 } },
        { "min-entropy", new() { MinEntropy = 0.1 } },
        { "min-accuracy-gain", new() { MinAccuracyGain = 0.1 } },
        { "offload", new() { Offload = [OffloadedParts.Reference, OffloadedParts.Optimizer] } },
        { "max-logprob-drift", new() { MaxLogprobDrift = 0.2 } },
    };

    [Theory, MemberData(nameof(OutsideTheKey))]
    public void Of_OptionOutsideTheKey_SameKey(string option, ReasoningRlOptions options)
    {
        Assert.NotEqual("", option);
        Assert.Equal(RlKey, KeyOf(Rl with { Options = options }));
    }

    public static TheoryData<string, StageDefinition> InsideTheKey() => new()
    {
        { "name", Rl with { Name = "zero" } },
        { "seed", Rl with { Seed = 2 } },
        { "threads", Rl with { Options = new ReasoningRlOptions { Threads = 2 } } },
        { "device", Rl with { Options = new ReasoningRlOptions { Device = "cpu" } } },
        { "precision", Rl with { Options = new ReasoningRlOptions { Precision = ComputePrecision.Bf16 } } },
        { "learning rate", Rl with { Options = new ReasoningRlOptions { LearningRate = 1e-5 } } },
        { "rollout batch", Rl with { Options = new ReasoningRlOptions { RolloutBatch = 4 } } },
        { "nullable option", Rl with { Options = new ReasoningRlOptions { ClipEpsilonHigh = 0.3 } } },
        { "lora", Rl with { Options = new ReasoningRlOptions { Lora = new LoraOptions() } } },
        { "language weight", Rl with { Options = new ReasoningRlOptions { LanguageWeight = 0 } } },
        { "data", Rl with { Data = ["task"] } },
        { "order of data", Rl with { Data = ["task", "rows"] } },
        { "input stage", Rl with { Inputs = [new StageInput("model", "sft", "sft")] } },
    };

    [Theory, MemberData(nameof(InsideTheKey))]
    public void Of_WhatCanChangeTheResult_AnotherKey(string what, StageDefinition stage)
    {
        Assert.NotEqual("", what);
        Assert.NotEqual(RlKey, KeyOf(stage));
    }

    [Fact]
    public void Of_WithoutLora_TheKeyKnowsNothingOfIt()
    {
        Assert.DoesNotContain("lora", Key(Rl).Parts);
        Assert.DoesNotContain("quantize", Key(Rl with { Options = new ReasoningRlOptions { Lora = new LoraOptions() } }).Parts, StringComparison.Ordinal);
        Assert.Contains("nf4", Key(Rl with { Options = new ReasoningRlOptions { Lora = new LoraOptions { Quantize = WeightQuantization.Nf4 } } }).Parts, StringComparison.Ordinal);
        Assert.NotEqual(KeyOf(Rl with { Options = new ReasoningRlOptions { Lora = new LoraOptions() } }), KeyOf(Rl with { Options = new ReasoningRlOptions { Lora = new LoraOptions { Rank = 8 } } }));
    }

    [Fact]
    public void Of_InputArtifact_IsInTheKey() => Assert.NotEqual(RlKey, KeyOf(Rl, output: new ArtifactRef(ArtifactKind.Model, "bb")));

    [Fact]
    public void Of_FileMoved_SameKey() => Assert.Equal(RlKey, KeyOf(Rl, rows: File with { Path = "/elsewhere/x.jsonl" }));

    [Fact]
    public void Of_FileContentOrMapping_AnotherKey()
    {
        Assert.NotEqual(RlKey, KeyOf(Rl, rows: File with { Sha256 = "33" }));
        Assert.NotEqual(RlKey, KeyOf(Rl, rows: File with { Rows = 5 }));
        Assert.NotEqual(RlKey, KeyOf(Rl, rows: File with { Fields = new Dictionary<string, IReadOnlyList<string>> { ["prompt"] = ["question"] } }));
    }

    [Fact]
    public void Of_SourceThatTheStageDoesNotUse_SameKey() => Assert.Equal(RlKey, KeyOf(Rl, task: Generated with { Addition = new AdditionOptions { Rows = 99 } }));

    [Fact]
    public void Of_TaskAndItsSource_AreInTheKey()
    {
        string key = KeyOf(Report);

        Assert.NotEqual(key, KeyOf(Report, task: Generated with { Addition = new AdditionOptions { Rows = 99, Seed = 5 } }));
        Assert.NotEqual(key, KeyOf(Report with { Tasks = [KeyValuePair.Create("t1", new EvaluationTaskOptions { Data = "task", Temperature = 1 })] }));
    }

    [Fact]
    public void Of_Gate_IsOutsideTheKeyAndInTheLimits()
    {
        var gated = Rl with { Gates = [new GateOptions { Data = "gate-rows", AtLeast = 0.9 }] };

        Assert.Equal(RlKey, KeyOf(gated));
        Assert.NotEqual(Key(Rl).Limits, Key(gated).Limits);
    }

    [Fact]
    public void Of_ImportedFolder_CountsByContentNotByPlace()
    {
        StageDefinition At(string path) => new() { Name = "base", Uses = "import-model", Seed = 1, Options = new ImportModelOptions { Path = path } };

        Assert.Equal(Key(At("/a"), folder: _ => "same").Sha256, Key(At("/b"), folder: _ => "same").Sha256);
        Assert.NotEqual(Key(At("/a"), folder: _ => "one").Sha256, Key(At("/a"), folder: _ => "other").Sha256);
    }

    [Fact]
    public void Describe_NamesEveryChange()
    {
        string before = Key(Rl).Parts;

        Assert.Null(KeyDifference.Describe(before, before));
        Assert.Equal("option learning-rate changed from 5E-05 to 1E-05", KeyDifference.Describe(before, Key(Rl with { Options = new ReasoningRlOptions { LearningRate = 1e-5 } }).Parts));
        Assert.Equal("seed changed from 1 to 2", KeyDifference.Describe(before, Key(Rl with { Seed = 2 }).Parts));
        Assert.Equal("data source rows changed", KeyDifference.Describe(before, Key(Rl, rows: File with { Sha256 = "33" }).Parts));
        Assert.Equal("input model (base) changed", KeyDifference.Describe(before, Key(Rl, output: new ArtifactRef(ArtifactKind.Model, "bb")).Parts));
    }

    private static string KeyOf(
        StageDefinition stage, DataSourceDefinition? rows = null, DataSourceDefinition? task = null, ArtifactRef? output = null) =>
        Key(stage, rows, task, output).Sha256;

    private static StageKey Key(
        StageDefinition stage, DataSourceDefinition? rows = null, DataSourceDefinition? task = null, ArtifactRef? output = null,
        Func<string, string>? folder = null) => StageKey.Of(
            new PipelineDefinition { Name = "p", Seed = 1, Data = [rows ?? File, task ?? Generated, GateRows], Stages = [stage] },
            stage,
            _ => output ?? Some.Model,
            folder ?? (_ => "folder"));
}
