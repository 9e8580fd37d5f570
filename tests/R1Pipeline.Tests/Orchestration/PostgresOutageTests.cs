using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Stores;
using R1Pipeline.Orchestration.Stores.Postgres;
using R1Pipeline.Tests.Artifacts;

namespace R1Pipeline.Tests.Orchestration;

/// <summary>A server that is restarted, killed or cut off: what was acknowledged is there once, what was not is done again, and runs go on.</summary>
public sealed class PostgresOutageTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task RunAsync_ServerRestartedMidRun_EndsDoneWithEveryMetricOnce()
    {
        using var lab = new RunLab(server.NewDatabase(), Patience);
        Task? start = null;

        var outcome = await lab.RunAsync(Definition(), new RunLab.Watcher { AtCheckpoint = _ => start ??= Restart(TimeSpan.Zero) });

        await start!;
        await AssertUndisturbedAsync(lab, outcome);
    }

    [Fact]
    public async Task RunAsync_ServerAwayForLongerThanTheLease_WorkerWaitsAndLosesNoStep()
    {
        using var lab = new RunLab(server.NewDatabase(), Patience);
        Task? start = null;

        var outcome = await lab.RunAsync(
            Definition(),
            new RunLab.Watcher { AtCheckpoint = _ => start ??= Restart(TimeSpan.FromSeconds(5)) },
            lab.Options with { LeaseLifetime = TimeSpan.FromSeconds(2.5) });

        await start!;
        await AssertUndisturbedAsync(lab, outcome);
    }

    [Fact]
    public async Task RunAsync_ServerAwayForTooLong_StopsAsInterruptedAndGoesOnLater()
    {
        using var lab = new RunLab(server.NewDatabase(), TimeSpan.FromSeconds(1));
        bool stopped = false;
        var watcher = new RunLab.Watcher
        {
            AtCheckpoint = _ =>
            {
                if (!stopped) server.Stop();
                stopped = true;
            },
        };

        var given = await Assert.ThrowsAsync<StoreUnavailableException>(() => lab.RunAsync(Definition(), watcher));
        server.Start();

        Assert.Contains("did not answer for 1 s", given.Message, StringComparison.Ordinal);
        string run = lab.Store.Runs()[0].Run;
        Assert.Equal(ExecutionState.Interrupted, lab.Reader.Status(run).State);
        var outcome = await lab.ResumeAsync(run);
        Assert.Equal((0, 0), (outcome.ExitCode, outcome.Run.Stage("a").Failures));
        Assert.Equal(Enumerable.Range(1, 20), lab.Reader.Metrics(run, "a").Select(row => (int)row.Metrics.Step));
    }

    [Fact]
    public async Task Write_ServerKilledAgainAndAgain_EveryAcknowledgedWriteIsThereOnce()
    {
        const int Writers = 4;
        const int Kills = 4;
        using var folder = new TemporaryFolder();
        string database = server.NewDatabase();
        var stores = Enumerable.Range(0, Writers / 2).Select(_ => PostgresStores.Open(database, folder.Path, create: true, _ => { }, Patience)!).ToList();
        for (int i = 0; i < Writers; i++) stores[0].Create(Some.Run() with { Id = $"run-{i}" }, "{}");
        using var over = new CancellationTokenSource();

        // Two writers share a store, as the stages of a run do, and the stores are as two processes.
        var writers = Enumerable.Range(0, Writers).Select(i => Task.Run(() =>
        {
            int acknowledged = 0;
            for (; !over.IsCancellationRequested; acknowledged++) stores[i % stores.Count].Apply($"run-{i}", new CancelRequested(Some.Time));
            return acknowledged;
        })).ToList();
        for (int kill = 0; kill < Kills; kill++)
        {
            await Task.Delay(150);
            server.Kill();
            server.Start();
        }
        await over.CancelAsync();

        int[] acknowledged = await Task.WhenAll(writers);
        for (int i = 0; i < Writers; i++)
        {
            Assert.Equal(Enumerable.Range(1, acknowledged[i]), stores[0].Events($"run-{i}").Select(row => (int)row.Sequence));
        }
        foreach (var store in stores) store.Dispose();
    }

    [Theory]
    [InlineData(CommitCutter.Loss.Request)]
    [InlineData(CommitCutter.Loss.Answer)]
    public void Write_ConnectionLostAtTheCommit_IsDoneOnce(CommitCutter.Loss loss)
    {
        using var folder = new TemporaryFolder();
        string database = server.NewDatabase();
        using var cutter = new CommitCutter(server.SocketFolder);
        using var store = PostgresStores.Open(cutter.Through(database), folder.Path, create: true, _ => { }, Patience)!;
        store.Create(Some.Run(), "{}");

        for (int i = 1; i <= 3; i++)
        {
            cutter.Arm(loss);
            store.Apply("run-1", new CancelRequested(Some.Time));
            Assert.Equal(i, cutter.NumCuts);
        }

        Assert.Equal([1, 2, 3], store.Events("run-1").Select(row => (int)row.Sequence));
    }

    private static PipelineDefinition Definition() =>
        Some.Pipeline(Some.Counting("a", "steps=20,wait-ms=20,rollouts-every=1"), Some.After("b", "steps=3", "a"));

    private Task Restart(TimeSpan away)
    {
        server.Stop();
        return Task.Run(async () =>
        {
            await Task.Delay(away);
            server.Start();
        });
    }

    private static async Task AssertUndisturbedAsync(RunLab lab, RunOutcome outcome)
    {
        using var other = new RunLab();
        var undisturbed = await other.RunAsync(Definition());
        Assert.Equal((0, ExecutionState.Done), (outcome.ExitCode, outcome.Run.State));
        Assert.Equal(undisturbed.Run.Stages.Select(stage => stage.Artifact), outcome.Run.Stages.Select(stage => stage.Artifact));
        Assert.All(outcome.Run.Stages, stage => Assert.Single(stage.Attempts));
        Assert.Equal(Enumerable.Range(1, 20), lab.Reader.Metrics(outcome.Run.Id, "a").Select(row => (int)row.Metrics.Step));
        Assert.Equal(Enumerable.Range(1, 20), lab.Reader.Rollouts(outcome.Run.Id, "a").Select(row => (int)row.Rollout.Iteration));
    }
}
