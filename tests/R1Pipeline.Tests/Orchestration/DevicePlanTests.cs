using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Orchestration.Nodes;
using R1Pipeline.Orchestration.Planning;
using R1Pipeline.Tests.Artifacts;

namespace R1Pipeline.Tests.Orchestration;

/// <summary>Memory of a device and of the host apart, of phases that take turns, and of what rewards need; every figure worked out by hand from the quickstart's shape.</summary>
public sealed class DevicePlanTests : IDisposable
{
    private const long P = 316_032, Context = 512L << 20, CudaHost = 1L << 30, Rules = 60L << 20;           // parameters: quickstart.md 4
    private const long Outputs = 256, Tokens = 80, MicroBatch = 128, Passing = 7 * 96 + 7 * 96 + 5 * 48 + 4 * 256, Kept = 4 * 96 + 5 * 96 + 48 + 4 * 256, Cached = 3 * 2 * 48, Vocabulary = 111;

    private static readonly DataSourceDefinition Corpus = new() { Name = "corpus", Addition = new AdditionOptions { Rows = 1000 } };
    private static readonly StageDefinition Base = Stage("base", "pretraining", new PretrainingOptions { Tokenizer = "addition", BatchSize = 16 }) with { Data = ["corpus"] };
    private static readonly ReasoningRlOptions Rl = new() { Iterations = 1, Questions = 16, GroupSize = 16, Minibatches = 2, MaxNewTokens = (int)Tokens };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_RlOnCuda_CountsInBf16OnTheDeviceAndCheckpointAndRulesOnTheHost()
    {
        MemoryEstimate host = Estimate(Rl with { Device = "cuda:1" });
        DeviceEstimate device = host.Device!;

        Assert.Equal(("cuda:1", 6 * P, 6 * P, 8 * P, 4 * P, 2 * P), (device.Name, device.Weights, device.Gradients, device.Moments, device.Piece, device.Reference));
        Assert.Equal(2 * Outputs * Tokens * Cached + 2 * 4 * Outputs * Vocabulary, device.Cache);
        const long Rows = MicroBatch * Tokens, OnTheWay = 4 * (96 + 96 + 256), Projection = 4 * Vocabulary * 96;
        Assert.Equal((long)(1.2 * (2 * Rows * (3 * Kept + OnTheWay) + Projection)), device.Activations);          // so small a vocabulary takes less than a layer's gradients
        Assert.Equal(Context + 26 * P, device.Resident);
        Assert.Equal(device.Resident + device.Activations, device.Total);                               // the largest of the phases, not their sum
        Assert.Equal((CudaHost, 0L, 0L, 0L, 0L, 16 * P, Rules), (host.Runtime, host.Weights, host.Gradients, host.Moments, host.Reference, host.Checkpoint, host.Rewards));
        Assert.Equal(CudaHost + 16 * P + Rules, host.Total);
    }

    [Fact]
    public void Of_Fp32OnCuda_HasNoCopiesAndWideActivations()
    {
        DeviceEstimate wide = Estimate(Rl with { Device = "cuda", Precision = ComputePrecision.Fp32 }).Device!;

        Assert.Equal((4 * P, 4 * P, 4 * P), (wide.Weights, wide.Gradients, wide.Reference));
        Assert.Equal(4 * Outputs * Tokens * Cached + 2 * 4 * Outputs * Vocabulary, wide.Cache);
    }

    [Fact]
    public void Of_LoraOnCuda_HasMastersOfTheAdapterAlone()
    {
        DeviceEstimate device = Estimate(Rl with { Device = "cuda", Lora = new LoraOptions { Rank = 2 } }).Device!;

        const long Adapter = 2 * 3 * ((96 + 96) + 2 * (96 + 48) + (96 + 96) + 3 * (96 + 256));
        Assert.Equal((2 * P + 6 * Adapter, 6 * Adapter, 8 * Adapter, 2 * Adapter), (device.Weights, device.Gradients, device.Moments, device.Reference));
    }

    [Fact]
    public void Of_OffloadedParts_AreInHostMemoryAndOnTheDeviceInTheirPhaseAlone()
    {
        MemoryEstimate host = Estimate(Rl with { Device = "cuda", Offload = [OffloadedParts.Reference, OffloadedParts.Optimizer] });
        DeviceEstimate device = host.Device!;

        Assert.Equal((8 * P, 2 * P), (host.Moments, host.Reference));
        Assert.Equal(Context + 16 * P, device.Resident);
        Assert.Equal(device.Resident + 8 * P, device.State);                    // the update; the reference's pass has 2 P
        Assert.Equal(device.Resident + device.Activations, device.Total);
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("auto")]
    [InlineData(null)]
    public void Of_NoCudaDevice_IsTheHostAlone(string? device)
    {
        MemoryEstimate host = Estimate(Rl with { Device = device });

        Assert.Null(host.Device);
        Assert.Equal((4 * P, 4 * P, 12 * P, 4 * P, 16 * P), (host.Weights, host.Gradients, host.Moments, host.Reference, host.Checkpoint));
        Assert.Equal(Estimate(Rl with { Device = device, Offload = [OffloadedParts.Optimizer] }), host);            // has no effect there
    }

    [Theory]
    [InlineData(null, 4)]
    [InlineData("cuda", 2)]
    public void Of_AllScenarioRl_CountsRewardModelsAndAJudgeOnTheLocalEngine(string? on, int held)
    {
        StageDefinition scorer = Stage("rm", "reward-modeling", new RewardModelingOptions()) with { Inputs = [new StageInput("model", "base", "base")] };
        StageDefinition all = Stage("all", "all-scenario-rl", new AllScenarioRlOptions { Questions = 16, GroupSize = 16, Minibatches = 2, MaxNewTokens = (int)Tokens, Device = on, Judge = new JudgeOptions { MaxTokens = 20 } }) with
        {
            Inputs = [new StageInput("model", "base", "base"), new StageInput("reward-models", "a", "rm"), new StageInput("reward-models", "b", "rm"), new StageInput("judge-model", "base", "base")],
        };

        MemoryEstimate host = Estimate([Base, scorer, all]);

        const long Shown = Tokens + 20;
        long judge = held * P, reply = held * Shown * Cached + (long)(1.2 * held * Shown * (Passing + 96 + Cached / 3)) + 2 * 4 * Vocabulary;
        Assert.Equal(Rules + (on is null ? judge + reply + 2 * 4 * P : 0), host.Rewards);
        if (on is not null) Assert.Equal((2 * held * P, held * P, judge, reply), (host.Device!.RewardModels, host.Device.LargestRewardModel, host.Device.Judge, host.Device.JudgeCache));

        var options = (AllScenarioRlOptions)all.Options;
        MemoryEstimate remote = Estimate([Base, scorer, all with { Options = options with { Judge = new JudgeOptions { Endpoint = "http://localhost/v1", Model = "m" } } }]);
        Assert.Equal(on is null ? judge + reply : 0, host.Rewards - remote.Rewards);
        Assert.Equal(on is null ? 0 : judge, (host.Device?.Resident ?? 0) - (remote.Device?.Resident ?? 0));

        MemoryEstimate away = Estimate([Base, scorer, all with { Options = options with { Offload = [OffloadedParts.RewardModels] } }]);
        Assert.Equal(Rules + (on is null ? judge + reply : 0) + 2 * held * P, away.Rewards);
        if (on is not null) Assert.Equal((host.Device!.Resident - 2 * held * P, away.Device!.Resident + Math.Max(held * P, reply)), (away.Device!.Resident, away.Device.State));
    }

    [Fact]
    public void Of_StagesThatGrade_CountTheRulesAndOthersDoNot()
    {
        StageDefinition sampling = Stage("sampling", "rejection-sampling", new RejectionSamplingOptions()) with { Inputs = [new StageInput("model", "base", "base")], Data = ["corpus"] };
        StageDefinition gated = Base with { Gates = [new GateOptions { Data = "corpus", Metric = "pass-at-1", AtLeast = 0.5 }] };

        Assert.Equal((Rules, Rules, 0L), (Estimate([Base, sampling]).Rewards, Estimate([gated]).Rewards, Estimate([Base]).Rewards));
    }

    [Fact]
    public void Plan_DeviceIsTooSmall_NamesDeviceNeedAndWhatWouldHelp()
    {
        const long Memory = Context + 25 * P, Offloaded = Context + 24 * P;             // 26 P are needed; with the largest phase of what can be offloaded 16 + 8
        string problem = Assert.Single(Plan(Rl with { Device = "cuda" }, _ => Memory).Problems);

        Assert.StartsWith($"stage rl needs {Mebibytes(Context + 26 * P)} on cuda whatever its micro-batch (", problem, StringComparison.Ordinal);
        Assert.Contains($"{Mebibytes(6 * P)} weights, {Mebibytes(6 * P)} gradients, {Mebibytes(8 * P)} moments, {Mebibytes(2 * P)} reference", problem, StringComparison.Ordinal);
        Assert.Contains($"that device has {Mebibytes(Memory)} of memory: offload: [reference, reward-models, optimizer] brings it to {Mebibytes(Offloaded)}; lora: {{ rank: 16 }} brings it to", problem, StringComparison.Ordinal);
        Assert.Contains("kl-weight: 0 without max-kl needs no reference", problem, StringComparison.Ordinal);

        Assert.Empty(Plan(Rl with { Device = "cuda", Offload = [OffloadedParts.Reference, OffloadedParts.Optimizer] }, _ => Memory).Problems);
        Assert.Empty(Plan(Rl with { Device = "cuda" }, _ => null).Problems);                                  // nothing is known of the device
        Assert.Empty(Plan(Rl, _ => throw new InvalidOperationException("no stage names a device")).Problems);
    }

    [Theory]
    [InlineData("cuda", null, "0")]
    [InlineData("cuda:3", null, "3")]
    [InlineData("cuda:1", "4,6", "6")]
    [InlineData("cuda", "GPU-8f2c, GPU-11aa", "GPU-8f2c")]
    [InlineData("cuda:2", "4,6", "2")]
    public void Identify_VisibleDevices_AreCountedInTheirOrder(string device, string? visible, string expected) => Assert.Equal(expected, DeviceMemory.Identify(device, visible));

    [Theory]
    [InlineData("143771\n", 143771L << 20)]
    [InlineData("[N/A]\n", null)]
    [InlineData("", null)]
    public void Parse_WhatTheDriverPrints_IsMebibytesOrNothing(string output, long? expected) => Assert.Equal(expected, DeviceMemory.Parse(output));

    private RunPlan Plan(ReasoningRlOptions options, Func<string, long?> memory) => new RunPlanner(null, _folder.At("state"), memory).Plan(Definition([Base, RlStage(options)]));

    private static MemoryEstimate Estimate(ReasoningRlOptions options) => Estimate([Base, RlStage(options)]);

    private static MemoryEstimate Estimate(StageDefinition[] stages) => RunPlanner.MemoryOf(Definition(stages), stages[^1].Name);

    private static PipelineDefinition Definition(StageDefinition[] stages) => new() { Name = "p", Seed = 1, Data = [Corpus], Stages = stages };

    private static StageDefinition RlStage(ReasoningRlOptions options) => Stage("rl", "reasoning-rl", options) with { Inputs = [new StageInput("model", "base", "base")] };

    private static StageDefinition Stage(string name, string uses, StageOptions options) => new() { Name = name, Uses = uses, Seed = 1, Options = options };

    private static string Mebibytes(long bytes) => $"{bytes / (double)(1L << 20):0.0} MiB";
}
