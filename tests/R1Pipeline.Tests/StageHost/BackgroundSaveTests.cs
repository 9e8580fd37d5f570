using R1Pipeline.Artifacts;
using R1Pipeline.Artifacts.Checkpoints;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost;
using R1Pipeline.StageHost.Channel;
using R1Pipeline.StageHost.Steps;
using R1Pipeline.Tests.Artifacts;
using Serilog;

namespace R1Pipeline.Tests.StageHost;

/// <summary>A checkpoint is written while the training goes on: one at a time, with the figures of its own steps, and no failure of it is lost.</summary>
public sealed class BackgroundSaveTests : IDisposable
{
    private const int NoSpace = 28;

    private readonly TemporaryFolder _folder = new();
    private readonly CommittingOwner _owner = new();
    private readonly ProgressCounters _progress = new();

    [Fact]
    public void Checkpoint_WhileItIsWritten_StepsGoOnAndTheirFiguresAreNotInIt()
    {
        using var gate = new ManualResetEventSlim();
        StageContext context = Open();
        Complete(context, 1);

        context.Checkpoint(1, () => [Slow(gate)]);
        Complete(context, 2, 3);
        Assert.Empty(_owner.Checkpoints);
        Assert.False(context.CheckpointDue); // the one under way counts
        gate.Set();
        context.Settle();
        context.Checkpoint(3, Quick);
        context.Settle();

        Assert.Equal([[1L], [2L, 3L]], _owner.Checkpoints.Select(message => message.Metrics.Select(step => step.Step)));
        Assert.Equal([1L, 3], _owner.Checkpoints.Select(message => message.Checkpoint.Step));
        Assert.All(_owner.Checkpoints, message => Assert.Null(CheckpointReader.FirstProblem(message.Checkpoint)));
    }

    [Fact]
    public void Checkpoint_OneIsUnderWay_TheNextTakesItsCopyOnlyAfterThat()
    {
        using var gate = new ManualResetEventSlim();
        StageContext context = Open();
        Complete(context, 1);
        context.Checkpoint(1, () => [Slow(gate)]);
        Complete(context, 2);
        using var opening = new Timer(_ => gate.Set(), null, TimeSpan.FromMilliseconds(50), Timeout.InfiniteTimeSpan);
        int committed = -1;

        context.Checkpoint(2, () =>
        {
            committed = _owner.Checkpoints.Count;
            return Quick();
        });
        context.Settle();

        Assert.Equal(1, committed);
        Assert.Equal(2, _owner.Checkpoints.Count);
    }

    [Fact]
    public void Checkpoint_TheOneBeforeCouldNotBeWritten_FailsAndTakesNothing()
    {
        StageContext context = Open();
        Complete(context, 1);
        context.Checkpoint(1, () => [new CheckpointFile("state.txt", 1, _ => throw new IOException("no space", NoSpace))]);

        var full = Assert.Throws<StageFailedException>(() =>
        {
            Complete(context, 2); // learns it here when the disk was quick, at the save otherwise
            context.Checkpoint(2, () => throw new InvalidOperationException("it was captured"));
        });

        Assert.Equal(StageFailureClass.DiskFull, full.Failure);
        Assert.Empty(_owner.Checkpoints);
        Assert.Empty(Directory.EnumerateFileSystemEntries(RunDirectory.CheckpointsOf(context.Request.StageDirectory)));
    }

    [Fact]
    public void Checkpoint_LeaseLostWhileItIsWritten_PublishesNothing()
    {
        using var gate = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        StageContext context = Open();
        Complete(context, 1);
        context.Checkpoint(1, () => [Slow(gate, begun)]);
        begun.Wait(TestContext.Current.CancellationToken);
        _owner.Fenced = true;
        gate.Set();

        Assert.Equal(StageFailureClass.LeaseLost, Assert.Throws<StageFailedException>(context.Settle).Failure);
        Assert.Empty(Directory.EnumerateFileSystemEntries(RunDirectory.CheckpointsOf(context.Request.StageDirectory)));
    }

    [Fact]
    public void EndIfStopped_WhileACheckpointIsUnderWay_WaitsForItFirst()
    {
        using var gate = new ManualResetEventSlim();
        StageContext context = Open();
        Complete(context, 1);
        context.Checkpoint(1, () => [Slow(gate)]);
        _owner.StopRequested = true;
        using var opening = new Timer(_ => gate.Set(), null, TimeSpan.FromMilliseconds(50), Timeout.InfiniteTimeSpan);

        Assert.Contains("stopped at step 1", Assert.Throws<StageFailedException>(context.EndIfStopped).Message);
        Assert.Single(_owner.Checkpoints);
    }

    [Fact]
    public void CommitArtifact_WhileACheckpointIsUnderWay_ComesAfterIt()
    {
        using var gate = new ManualResetEventSlim();
        StageContext context = Open();
        Complete(context, 1);
        context.Checkpoint(1, () => [Slow(gate)]);
        using var opening = new Timer(_ => gate.Set(), null, TimeSpan.FromMilliseconds(50), Timeout.InfiniteTimeSpan);
        int committed = -1;

        context.CommitArtifact(Contracts.Artifacts.ArtifactKind.Tokenizer, directory =>
        {
            committed = _owner.Checkpoints.Count;
            File.WriteAllText(Path.Combine(directory, "tokenizer.json"), "{}");
        });

        Assert.Equal(1, committed);
    }

    [Fact]
    public void Checkpoint_BytesWritten_CountAsProgress()
    {
        StageContext context = Open();
        Complete(context, 1);
        long before = _progress.Heartbeat(1).ProgressCount;

        context.Checkpoint(1, () => [CheckpointFile.Of("state.bin", new byte[1000])]);
        context.Settle();

        Assert.Equal(before + 1000, _progress.Heartbeat(2).ProgressCount);
    }

    [Fact]
    public void Carry_FilesOfTheModel_StandInEveryCheckpointAndLieOnce()
    {
        StageContext context = Open();
        context.Carry(directory => File.WriteAllText(Path.Combine(directory, "config.json"), "{}"));
        Complete(context, 1);
        context.Checkpoint(1, Quick);
        Complete(context, 2);
        context.Checkpoint(2, Quick);
        context.Settle();

        string[] folders = [.. _owner.Checkpoints.Select(message => message.Checkpoint.Directory)];
        File.AppendAllText(Path.Combine(folders[0], "config.json"), "!");
        Assert.Equal("{}!", File.ReadAllText(Path.Combine(folders[1], "config.json")));
        Assert.Equal([RunDirectory.LogOf(context.Request.AttemptDirectory)], Directory.EnumerateFileSystemEntries(context.Request.AttemptDirectory).DefaultIfEmpty(RunDirectory.LogOf(context.Request.AttemptDirectory)));
    }

    public void Dispose() => _folder.Dispose();

    private StageContext Open() =>
        new(WorkerUnderTest.Request(_folder.Path, "steps=9"), _owner, new LoggerConfiguration().CreateLogger(), _progress);

    private static CheckpointFile[] Quick() => [CheckpointFile.Of("state.txt", "state"u8.ToArray())];

    private static CheckpointFile Slow(ManualResetEventSlim gate, ManualResetEventSlim? begun = null) => new("state.txt", 1, stream =>
    {
        begun?.Set();
        gate.Wait();
        stream.WriteByte(1);
    });

    private static void Complete(StageContext context, params long[] steps)
    {
        foreach (long step in steps) context.CompleteStep(new StepMetrics(step, null, new Dictionary<string, double> { ["loss"] = step }));
    }

    /// <summary>An owner that commits everything, from any thread.</summary>
    private sealed class CommittingOwner : IOwnerChannel
    {
        private readonly Lock _gate = new();
        private readonly List<CheckpointMessage> _checkpoints = [];

        public IReadOnlyList<CheckpointMessage> Checkpoints
        {
            get
            {
                lock (_gate) return [.. _checkpoints];
            }
        }

        public bool StopRequested { get; set; }

        public volatile bool Fenced;

        public void Commit(Func<long, WorkerMessage> message)
        {
            DemandLease();
            lock (_gate) if (message(_checkpoints.Count + 1) is CheckpointMessage checkpoint) _checkpoints.Add(checkpoint);
        }

        public void ConfirmLease() => DemandLease();

        public void DemandLease()
        {
            if (Fenced) throw new StageFailedException(StageFailureClass.LeaseLost, "fenced");
        }
    }
}
