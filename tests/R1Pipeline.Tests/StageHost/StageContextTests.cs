using System.Text.Json;
using R1Pipeline.Artifacts;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost;
using R1Pipeline.StageHost.Channel;
using R1Pipeline.Tests.Artifacts;
using Serilog;

namespace R1Pipeline.Tests.StageHost;

/// <summary>What a stage may ask of its host, in process, with an owner that notes what it is told.</summary>
public sealed class StageContextTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly NotingOwner _owner = new();

    [Fact]
    public void CompleteStep_RepeatedStepsOfAResume_AreExecutedButNotReportedAgain()
    {
        StageContext first = Open();
        Complete(first, 1, 2, 3);
        first.Checkpoint(3, Fill);
        first.Settle();
        StageContext resumed = Open(attempt: 2, [_owner.Sent.OfType<CheckpointMessage>().Single().Checkpoint]);

        Complete(resumed, 2, 3, 4, 5, 6);
        resumed.Checkpoint(6, Fill);
        resumed.Settle();

        CheckpointMessage second = _owner.Sent.OfType<CheckpointMessage>().Last();
        Assert.Equal([4L, 5, 6], second.Metrics.Select(metrics => metrics.Step));
        Assert.Equal(3, resumed.Resume!.Step);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    public void CompleteStep_GapOrRepetition_IsABug(long next)
    {
        StageContext context = Open();
        Complete(context, 1);

        Assert.Contains($"step {next} was completed after step 1", Assert.Throws<InvalidOperationException>(() => Complete(context, next)).Message);
    }

    [Fact]
    public void Checkpoint_AskedToStop_CommitsFirstAndThenThrows()
    {
        StageContext context = Open();
        Complete(context, 1);
        Assert.False(context.CheckpointDue);
        _owner.StopRequested = true;
        Assert.True(context.CheckpointDue);

        var stopped = Assert.Throws<StageFailedException>(() => context.Checkpoint(1, Fill));

        Assert.Equal(StageFailureClass.Interrupted, stopped.Failure);
        Assert.Single(_owner.Sent.OfType<CheckpointMessage>());
    }

    [Fact]
    public void Checkpoint_NotAcknowledged_PrunesNothing()
    {
        StageContext context = Open(keep: 1);
        Complete(context, 1);
        context.Checkpoint(1, Fill);
        context.Settle();
        Complete(context, 2);
        context.Checkpoint(2, () =>
        {
            _owner.Fenced = true;
            return Fill();
        });

        Assert.Throws<StageFailedException>(context.Settle);

        Assert.True(Directory.Exists(_owner.Sent.OfType<CheckpointMessage>().Single().Checkpoint.Directory));
    }

    [Fact]
    public void Checkpoint_KeepBest_SparesTheBestOneAlsoInTheNextAttempt()
    {
        StageContext first = Open(KeepBest("loss"));
        foreach (long step in new[] { 1L, 2, 3 })
        {
            Complete(first, step); // its loss is its number: the first is the best
            first.Checkpoint(step, Fill);
        }
        first.Settle();
        CheckpointRef[] kept = [.. _owner.Sent.OfType<CheckpointMessage>().Select(message => message.Checkpoint).Where(checkpoint => Directory.Exists(checkpoint.Directory)).Reverse()];
        Assert.Equal([3L, 1], kept.Select(checkpoint => checkpoint.Step));

        StageContext second = Open(KeepBest("loss") with { Attempt = 2, Token = 2, Checkpoints = kept });
        Complete(second, 4);
        second.Checkpoint(4, Fill);
        second.Settle();

        Assert.Equal([kept[0].Directory], _owner.Sent.OfType<CheckpointMessage>().Last().Superseded);
        Assert.True(Directory.Exists(kept[1].Directory));
    }

    [Fact]
    public void CompleteStep_WithoutTheFigureOfKeepBest_IsRefusedWithThoseThereAre()
    {
        var refused = Assert.Throws<StageFailedException>(() => Complete(Open(KeepBest("reward")), 1));

        Assert.Equal(StageFailureClass.UserData, refused.Failure);
        Assert.Contains("keep-best-metric is reward, but step 1 has no such figure; accepted: loss", refused.Message);
    }

    [Fact]
    public void CommitRollouts_SameBytesAgain_LeavesTheFileAlone()
    {
        StageContext context = Open();
        context.CommitRollouts(1, [Rollout(7)]);
        RolloutShard shard = _owner.Sent.OfType<RolloutsMessage>().Single().Shard;
        DateTime written = File.GetLastWriteTimeUtc(shard.Path);

        Open(attempt: 2).CommitRollouts(1, [Rollout(7)]);

        Assert.Equal(written, File.GetLastWriteTimeUtc(shard.Path));
        Assert.Equal(shard, _owner.Sent.OfType<RolloutsMessage>().Last().Shard);
        Assert.Equal(Sha256.OfFile(shard.Path), shard.Sha256);
        Assert.EndsWith("rollouts/iteration-000001.jsonl", shard.Path.Replace('\\', '/'));
        Assert.Equal(0, _owner.Confirmations);
    }

    [Fact]
    public void CommitRollouts_OtherBytes_AsksTheOwnerBeforeItReplaces()
    {
        Open().CommitRollouts(1, [Rollout(7)]);
        Assert.Equal(0, _owner.Confirmations);
        StageContext second = Open(attempt: 2);

        second.CommitRollouts(1, [Rollout(8)]);
        Assert.Equal(1, _owner.Confirmations);

        _owner.Fenced = true;
        string before = File.ReadAllText(_owner.Sent.OfType<RolloutsMessage>().Last().Shard.Path);
        Assert.Throws<StageFailedException>(() => second.CommitRollouts(1, [Rollout(9)]));
        Assert.Equal(before, File.ReadAllText(_owner.Sent.OfType<RolloutsMessage>().Last().Shard.Path));
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(32, null, 32)]
    [InlineData(null, 8, 8)]
    [InlineData(32, 8, 8)]
    [InlineData(4, 8, 4)]
    public void MicroBatch_OptionAndLimit_GivesTheSmaller(int? option, int? limit, int? expected)
    {
        StageRequest request = WorkerUnderTest.Request(_folder.Path, "steps=1") with { MicroBatchLimit = limit };

        Assert.Equal(expected, new StageContext(request, _owner, Logger()).MicroBatch(option));
    }

    [Fact]
    public void Options_OfTheCatalogsType_AreRead()
    {
        Assert.Equal("steps=9", Open().Options<TrainTokenizerOptions>().EosToken);
        Assert.Throws<InvalidOperationException>(() => Open().Options<ImportModelOptions>());
    }

    public void Dispose() => _folder.Dispose();

    private StageContext Open(int attempt = 1, IReadOnlyList<CheckpointRef>? checkpoints = null, int keep = 2) =>
        new(WorkerUnderTest.Request(_folder.Path, "steps=9", attempt, checkpoints, keep: keep), _owner, Logger());

    private StageContext Open(StageRequest request) => new(request, _owner, Logger());

    private StageRequest KeepBest(string metric)
    {
        var options = new TrainTokenizerOptions { EosToken = "steps=9", KeepCheckpoints = 1, KeepBest = 1, KeepBestMetric = metric };
        return WorkerUnderTest.Request(_folder.Path, "steps=9") with { Options = JsonSerializer.SerializeToElement(options, ContractJson.Compact) };
    }

    private static Serilog.Core.Logger Logger() => new LoggerConfiguration().CreateLogger();

    private static CheckpointFile[] Fill() => [CheckpointFile.Of("state.txt", "state"u8.ToArray())];

    private static void Complete(StageContext context, params long[] steps)
    {
        foreach (long step in steps) context.CompleteStep(new StepMetrics(step, null, new Dictionary<string, double> { ["loss"] = step }));
    }

    private static RolloutRecord Rollout(int token) => new()
    {
        Iteration = 1,
        Question = "q:1",
        Sample = 0,
        PolicyVersion = 0,
        InputIds = [1],
        OutputIds = [token],
        Logprobs = [-1f],
        Rewards = new Dictionary<string, double> { ["accuracy"] = 1 },
        Total = 1,
        FinishReason = "stop",
    };

    private sealed class NotingOwner : IOwnerChannel
    {
        public List<WorkerMessage> Sent { get; } = [];

        public bool StopRequested { get; set; }

        public volatile bool Fenced;

        public int Confirmations { get; private set; }

        public void Commit(Func<long, WorkerMessage> message)
        {
            DemandLease();
            Sent.Add(message(Sent.Count + 1));
        }

        public void ConfirmLease()
        {
            DemandLease();
            Confirmations++;
        }

        public void DemandLease()
        {
            if (Fenced) throw new StageFailedException(StageFailureClass.LeaseLost, "fenced");
        }
    }
}
