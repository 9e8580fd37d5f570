using Microsoft.Extensions.Time.Testing;
using R1Pipeline.Artifacts;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Nodes;
using R1Pipeline.Orchestration.Pruning;
using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Tests.Orchestration;

/// <summary>A clean-up frees what nobody needs, and nothing else, wherever it is interrupted.</summary>
public sealed class CheckpointPrunerTests : IDisposable
{
    private const string Plan = "steps=40,wait-ms=10";

    private readonly RunLab _lab = new();

    private CheckpointPruner Pruner => new(_lab.Store, _lab.State, TimeProvider.System);

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task Prune_DoneRun_DropsEveryCheckpointAndKeepsTheOutput()
    {
        var run = (await _lab.RunAsync(Some.Pipeline(Some.Counting("a", "steps=6")))).Run;
        string[] folders = [.. _lab.Reader.Checkpoints(run.Id).Select(checkpoint => checkpoint.Folder)];
        string artifacts = RunDirectory.ArtifactsOf(_lab.State), checkpoints = RunDirectory.CheckpointsOf(_lab.Directory(run.Id).Stage("a"));
        string[] dead = [.. new[] { artifacts, checkpoints, _lab.Directory(run.Id).Attempt("a", 1) }.Select(folder => Path.Combine(folder, ".tmp-dead"))];
        foreach (string folder in dead) File.WriteAllText(Path.Combine(Directory.CreateDirectory(folder).FullName, "half"), "written");

        var would = Pruner.Prune(run.Id, keep: 2, stage: null, dryRun: true);
        Assert.All(folders, folder => Assert.True(Directory.Exists(folder)));
        var did = Pruner.Prune(run.Id, keep: 2, stage: null, dryRun: false);

        Assert.Equal(would.Dropped, did.Dropped);
        Assert.Equal(folders, did.Dropped.Select(checkpoint => checkpoint.Folder));
        Assert.Empty(_lab.Reader.Checkpoints(run.Id));
        Assert.Empty(Directory.EnumerateFileSystemEntries(checkpoints));
        Assert.DoesNotContain(dead, Directory.Exists);
        new ArtifactStore(RunDirectory.ArtifactsOf(_lab.State)).Verify(run.Stage("a").Artifact!);
        Assert.Equal(6, _lab.Reader.Metrics(run.Id).Count);
    }

    [Fact]
    public async Task Prune_InterruptedRunWithADamagedNewest_KeepsAGoodOneToResumeFrom()
    {
        var run = await InterruptedAsync(Some.Counting("a", Plan), checkpoints: 3);
        var before = _lab.Reader.Checkpoints(run.Id);
        File.WriteAllText(Path.Combine(before[^1].Folder, "state.txt"), "rotten");

        var outcome = Pruner.Prune(run.Id, keep: 1, stage: "a", dryRun: false);
        var resumed = await _lab.ResumeAsync(run.Id);

        Assert.Equal([before[^1].Step], outcome.Dropped.Select(checkpoint => checkpoint.Step));
        Assert.Equal((0, before[^2].Step), (resumed.ExitCode, resumed.Run.Stage("a").Attempts[^1].ResumedFrom));
    }

    [Fact]
    public async Task Prune_KilledBetweenRowsAndFolders_IsFinishedByTheNext()
    {
        var run = (await _lab.RunAsync(Some.Pipeline(Some.Counting("a", "steps=6")))).Run;
        var rows = _lab.Store.Checkpoints(run.Id);
        _lab.Store.DropCheckpoints(run.Id, "a", [.. rows.Select(row => row.Folder)], TimeProvider.System.GetUtcNow());
        Assert.Contains(rows, row => Directory.Exists(Path.GetFullPath(row.Folder, _lab.State)));

        Pruner.Prune(run.Id, keep: 2, stage: null, dryRun: false);

        Assert.DoesNotContain(rows, row => Directory.Exists(Path.GetFullPath(row.Folder, _lab.State)));
    }

    [Fact]
    public async Task Prune_StageThatAnotherRunIsOnItsWayThrough_IsLeftAlone()
    {
        var stage = Some.Counting("a", Plan);
        var first = await InterruptedAsync(stage, checkpoints: 2);
        var second = await InterruptedAsync(stage with { Options = stage.Options with { KeepCheckpoints = 5 } }, checkpoints: 1);
        Assert.NotEqual(first.Id, second.Id);

        var outcome = Pruner.Prune(first.Id, keep: 0, stage: null, dryRun: false);

        Assert.Empty(outcome.Dropped);
        Assert.Contains(second.Id, Assert.Single(outcome.Spared).Why);
        Assert.All(_lab.Reader.Checkpoints(first.Id), checkpoint => Assert.True(Directory.Exists(checkpoint.Folder)));
    }

    [Fact]
    public async Task Prune_RunWithAnOwner_IsRefused()
    {
        var run = (await _lab.RunAsync(Some.Pipeline(Some.Counting("a", "steps=4")))).Run;
        using var owner = RunLock.TryTake(_lab.Directory(run.Id))!;

        Assert.Contains("is being worked on", Assert.Throws<RunRefusedException>(() => Pruner.Prune(run.Id, 1, null, dryRun: false)).Message);
        Assert.NotEmpty(_lab.Reader.Checkpoints(run.Id));
    }

    [Fact]
    public async Task Prune_RunOfAnOwnerOnAnotherMachine_IsRefusedUntilItsLeaseIsOver()
    {
        var run = await InterruptedAsync(Some.Counting("a", Plan), checkpoints: 2);
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var pruner = new CheckpointPruner(_lab.Store, _lab.State, clock);
        var before = _lab.Reader.Checkpoints(run.Id);
        _lab.Store.Apply(run.Id, new RunTakenOver(clock.GetUtcNow(), 1));
        var (stage, expires) = (run.Stage("a"), clock.GetUtcNow().AddSeconds(30));
        _lab.Store.StartAttempt(run.Id, new AttemptStarted(clock.GetUtcNow(), "a", stage.Key!, stage.KeyParts!, stage.Limits!, 0), "other-machine:42", expires);

        string refusal = Assert.Throws<RunRefusedException>(() => pruner.Prune(run.Id, keep: 0, stage: null, dryRun: false)).Message;

        Assert.Contains("is being worked on by other-machine:42", refusal, StringComparison.Ordinal);
        Assert.Equal(before, _lab.Reader.Checkpoints(run.Id));
        Assert.All(before, checkpoint => Assert.True(Directory.Exists(checkpoint.Folder)));
        clock.SetUtcNow(expires);
        Assert.Equal(before.Count, pruner.Prune(run.Id, keep: 0, stage: null, dryRun: false).Dropped.Count);
    }

    [Fact]
    public async Task Prune_AnotherMachineTakesTheRunUpMeanwhile_ItsWorkIsLeftAlone()
    {
        var run = await InterruptedAsync(Some.Counting("a", Plan), checkpoints: 2);
        var before = _lab.Reader.Checkpoints(run.Id);
        bool taken = false;
        var store = WatchedStore.Around(_lab.Store, method =>
        {
            if (method != nameof(_lab.Store.DropCheckpoints) || taken) return;
            taken = true;
            var (now, stage) = (TimeProvider.System.GetUtcNow(), run.Stage("a"));
            _lab.Store.Apply(run.Id, new RunTakenOver(now, 1));
            _lab.Store.StartAttempt(run.Id, new AttemptStarted(now, "a", stage.Key!, stage.KeyParts!, stage.Limits!, 0), "other-machine:42", now.AddSeconds(30));
        });

        Assert.Throws<RunRefusedException>(() => new CheckpointPruner(store, _lab.State, TimeProvider.System).Prune(run.Id, keep: 0, stage: null, dryRun: false));

        Assert.True(taken);
        Assert.All(before, checkpoint => Assert.True(Directory.Exists(checkpoint.Folder)));
        Assert.Equal(before, _lab.Reader.Checkpoints(run.Id));
    }

    [Theory]
    [InlineData("no-such-run", null)]
    [InlineData(null, "no-such-stage")]
    public async Task Prune_UnknownRunOrStage_IsWrongInput(string? run, string? stage)
    {
        var known = (await _lab.RunAsync(Some.Pipeline(Some.Counting("a", "steps=1")))).Run;

        Assert.Equal(2, Assert.Throws<RunRefusedException>(() => Pruner.Prune(run ?? known.Id, 1, stage, dryRun: false)).ExitCode);
    }

    private async Task<RunState> InterruptedAsync(Contracts.Pipelines.StageDefinition stage, int checkpoints)
    {
        using var stop = new CancellationTokenSource();
        int seen = 0;
        var outcome = await _lab.RunAsync(Some.Pipeline(stage), new RunLab.Watcher { AtCheckpoint = _ => { if (++seen == checkpoints) stop.Cancel(); } }, stop: stop.Token);
        Assert.Equal(ExecutionState.Interrupted, outcome.Run.State);
        return outcome.Run;
    }
}
