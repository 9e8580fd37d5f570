using System.Diagnostics;
using System.Globalization;
using R1Pipeline.Artifacts;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Nodes;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Tests.StageHost;

namespace R1Pipeline.Tests.Orchestration;

/// <summary>Runs that are killed, stopped, cancelled and fought over.</summary>
public sealed class RunRecoveryTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly RunLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task RunAsync_WorkerKilled_IsRetriedFromItsCheckpointWithTheSameBytes()
    {
        var expected = await UndisturbedAsync();
        bool killed = false;
        var watcher = new RunLab.Watcher
        {
            AtCheckpoint = _ =>
            {
                if (killed) return;
                killed = true;
                foreach (int worker in WorkersOf(_lab.State)) Process.GetProcessById(worker).Kill();
            },
        };

        var outcome = await _lab.RunAsync(Slow(), watcher);

        var status = _lab.Reader.Status(outcome.Run.Id).Stages[0];
        Assert.Equal((0, 2, expected), (outcome.ExitCode, status.Attempts, status.Artifact!.Sha256));
        Assert.True(Assert.Single(status.ResumedFrom) >= 2);
        Assert.Contains("SIGKILL", outcome.Run.Stage("a").Attempts[0].Message, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(1, 20).Select(step => (long)step), _lab.Reader.Metrics(outcome.Run.Id).Select(row => row.Metrics.Step));
    }

    [Fact]
    public async Task RunAsync_Stopped_ChecksPointsAndResumesWithTheSameBytes()
    {
        var expected = await UndisturbedAsync();
        using var stop = new CancellationTokenSource();
        var stopped = await _lab.RunAsync(Slow(), new RunLab.Watcher { AtCheckpoint = _ => stop.Cancel() }, stop: stop.Token);

        Assert.Equal((3, ExecutionState.Interrupted, ExecutionState.Interrupted), (stopped.ExitCode, stopped.Run.State, stopped.Run.Stage("a").State));
        var resumed = await _lab.RunAsync(Slow());
        var status = _lab.Reader.Status(resumed.Run.Id).Stages[0];
        Assert.Equal((stopped.Run.Id, 0, expected), (resumed.Run.Id, resumed.ExitCode, status.Artifact!.Sha256));
        Assert.Equal((20L, 20L), (status.StepsDone, status.StepsExecuted));
        Assert.True(Assert.Single(status.ResumedFrom) >= 2);
    }

    [Fact]
    public async Task RunAsync_OwnerDiedWithARunningAttempt_TakesOverAtOnceWithoutCountingIt()
    {
        using var stop = new CancellationTokenSource();
        var stopped = await _lab.RunAsync(Slow(), new RunLab.Watcher { AtCheckpoint = _ => stop.Cancel() }, stop: stop.Token);
        string run = stopped.Run.Id;
        LeaveARunningAttempt(stopped.Run);
        Assert.Equal((ExecutionState.Interrupted, null), (_lab.Reader.Status(run).State, _lab.Reader.Status(run).OwnerPid));

        var outcome = await _lab.ResumeAsync(run);

        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal([AttemptOutcome.Interrupted, AttemptOutcome.Lost, AttemptOutcome.Done], outcome.Run.Stage("a").Attempts.Select(attempt => attempt.Outcome));
        Assert.Equal(0, outcome.Run.Stage("a").Failures);
        Assert.True(outcome.Run.Stage("a").Attempts[2].ResumedFrom >= 2);
    }

    [Fact]
    public async Task RunAsync_KeyLeasedToARunWithoutAnOwner_FreesTheLeaseOnlyWhileThatRunIsLocked()
    {
        using var stop = new CancellationTokenSource();
        var dead = (await _lab.RunAsync(Slow(), new RunLab.Watcher { AtCheckpoint = _ => stop.Cancel() }, stop: stop.Token)).Run;
        LeaveARunningAttempt(dead);
        var locked = new List<bool>();
        _lab.Engines = WatchedStore.Around(_lab.Store, method =>
        {
            if (method == nameof(_lab.Store.ReleaseLeases)) locked.Add(RunLock.IsHeld(_lab.Directory(dead.Id)));
        });

        var outcome = await _lab.RunAsync(Some.Pipeline(Slow().Stages[0], Some.After("b", "steps=1", "a")));

        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal([true], locked);
        Assert.False(RunLock.IsHeld(_lab.Directory(dead.Id)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task RunAsync_OptionOutsideTheKeyChanged_GoesOnFromTheOtherRunsCheckpointAndLeavesItAlone(int keep)
    {
        const string plan = "steps=20,wait-ms=20,rollouts-every=1";
        using var stop = new CancellationTokenSource();
        var first = (await _lab.RunAsync(Some.Pipeline(Some.Counting("a", plan)), new RunLab.Watcher { AtCheckpoint = _ => stop.Cancel() }, stop: stop.Token)).Run;
        var left = _lab.Reader.Checkpoints(first.Id);

        var changed = Some.Counting("a", plan, every: 3);
        var outcome = await _lab.RunAsync(Some.Pipeline(changed with { Options = changed.Options with { KeepCheckpoints = keep } }));

        var attempt = Assert.Single(outcome.Run.Stage("a").Attempts);
        Assert.NotEqual(first.Id, outcome.Run.Id);
        Assert.Equal((0, left[^1].Step, 20), (outcome.ExitCode, attempt.ResumedFrom, attempt.ResumedFrom + attempt.StepsExecuted));
        var steps = Enumerable.Range(1, 20).Select(step => (long)step);
        Assert.Equal(steps, _lab.Reader.Metrics(outcome.Run.Id).Select(row => row.Metrics.Step));
        Assert.Equal(steps, _lab.Reader.Rollouts(outcome.Run.Id).Select(row => row.Rollout.Iteration));
        Assert.Equal(first.Id, _lab.Reader.Status(outcome.Run.Id).Stages[0].BorrowedFrom);
        Assert.Equal(left, _lab.Reader.Checkpoints(first.Id));
        Assert.All(left, checkpoint => Assert.True(Directory.Exists(checkpoint.Folder)));
        Assert.Equal(await UndisturbedAsync(plan), _lab.Reader.Status(outcome.Run.Id).Stages[0].Artifact!.Sha256);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunAsync_OutputThatALaterStageNeedsIsLost_SaysWhichStageToRedoAndThatHelps(bool deleted)
    {
        var graph = Some.Pipeline(Some.Counting("a", "steps=2"), Some.After("b", "steps=4,fail=disk-full@3", "a"));
        var stopped = (await _lab.RunAsync(graph)).Run;
        string output = new ArtifactStore(RunDirectory.ArtifactsOf(_lab.State)).DirectoryOf(stopped.Stage("a").Artifact!);
        if (deleted) Directory.Delete(output, recursive: true);
        else File.WriteAllText(Path.Combine(output, "state.txt"), "rotten");

        var failed = await _lab.ResumeAsync(stopped.Id);
        Assert.Equal(ExecutionState.Failed, failed.Run.Stage("b").State);
        Assert.Contains(output, failed.Run.Stage("b").Message);
        Assert.Contains($"`r1 resume {stopped.Id} --from a`", failed.Run.Stage("b").Message);

        var redone = await _lab.ResumeAsync(stopped.Id, from: "a");
        Assert.Equal(0, redone.ExitCode);
        Assert.Equal(stopped.Stage("a").Artifact, redone.Run.Stage("a").Artifact);
        new ArtifactStore(RunDirectory.ArtifactsOf(_lab.State)).Verify(redone.Run.Stage("a").Artifact!);
    }

    [Fact]
    public async Task RunAsync_WhileAnotherOwnerWorksOnIt_IsRefusedWithItsProcessId()
    {
        RunRefusedException? refusal = null;
        using var stop = new CancellationTokenSource();
        var watcher = new RunLab.Watcher
        {
            AtCheckpoint = _ =>
            {
                refusal ??= Assert.Throws<RunRefusedException>(() => _lab.RunAsync(Slow()).GetAwaiter().GetResult());
                stop.Cancel();
            },
        };

        var outcome = await _lab.RunAsync(Slow(), watcher, stop: stop.Token);

        Assert.Equal(1, refusal!.ExitCode);
        Assert.Contains(outcome.Run.Id, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(Environment.ProcessId.ToString(CultureInfo.InvariantCulture), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancel_OfARunningRun_IsSeenByItsOwner()
    {
        bool asked = false;
        var watcher = new RunLab.Watcher
        {
            AtCheckpoint = _ =>
            {
                if (asked) return;
                asked = true;
                string run = _lab.Store.Runs()[0].Run;
                Assert.Equal(ExecutionState.Running, new RunCancellation(_lab.Store, _lab.State, TimeProvider.System).Request(run).State);
            },
        };

        var outcome = await _lab.RunAsync(Some.Pipeline(Some.Counting("a", "steps=2000,wait-ms=50"), Some.After("b", "steps=1", "a")), watcher);

        Assert.Equal((1, ExecutionState.Cancelled), (outcome.ExitCode, outcome.Run.State));
        Assert.Equal(ExecutionState.Cancelled, outcome.Run.Stage("b").State);
        Assert.NotEmpty(_lab.Reader.Checkpoints(outcome.Run.Id));
    }

    [Fact]
    public async Task Cancel_OfARunWithoutAnOwner_IsImmediate()
    {
        using var stop = new CancellationTokenSource();
        var stopped = await _lab.RunAsync(Slow(), new RunLab.Watcher { AtCheckpoint = _ => stop.Cancel() }, stop: stop.Token);

        Assert.Equal(ExecutionState.Cancelled, new RunCancellation(_lab.Store, _lab.State, TimeProvider.System).Request(stopped.Run.Id).State);
    }

    [Fact]
    public async Task RunAsync_SameKeyInFlightInAnotherRun_WaitsAndTakesTheResultOver()
    {
        var shared = Some.Counting("a", "steps=10,wait-ms=50");
        var started = new TaskCompletionSource();
        var first = _lab.RunAsync(Some.Pipeline(shared), new RunLab.Watcher { AtStart = _ => started.TrySetResult() });
        await started.Task.WaitAsync(Patience);
        var watcher = new RunLab.Watcher();

        var second = await _lab.RunAsync(Some.Pipeline(shared, Some.After("b", "steps=1", "a")), watcher);

        Assert.Equal((0, 0), ((await first).ExitCode, second.ExitCode));
        Assert.Equal(["wait a", "cached a", "start b 1", "done b"], watcher.Seen);
        Assert.Equal((await first).Run.Stage("a").Artifact, second.Run.Stage("a").Artifact);
    }

    [Fact]
    public async Task Daemon_KilledAndStartedAgain_FinishesTheRunWithTheSameBytes()
    {
        var expected = await UndisturbedAsync(steps: 60);
        using var stop = new CancellationTokenSource();
        string run = (await _lab.RunAsync(Slow(steps: 60), new RunLab.Watcher { AtStart = _ => stop.Cancel() }, stop: stop.Token)).Run.Id;

        using (var daemon = StartDaemon())
        {
            await UntilAsync(() => _lab.Reader.Checkpoints(run).Any(checkpoint => checkpoint.Step >= 6));
            daemon.Kill(); // SIGKILL, of the owner alone: its worker ends itself
            await daemon.WaitForExitAsync();
        }
        using (var daemon = StartDaemon())
        {
            await UntilAsync(() => _lab.Reader.Status(run).State == ExecutionState.Done);
            Process.Start("kill", ["-TERM", $"{daemon.Id}"]).WaitForExit();
            await daemon.WaitForExitAsync();
            Assert.Equal(0, daemon.ExitCode);
        }

        var stage = _lab.Reader.Status(run).Stages[0];
        Assert.Equal(expected, stage.Artifact!.Sha256);
        Assert.Equal(0, _lab.Store.Find(run)!.Stage("a").Failures);
        Assert.Contains(stage.ResumedFrom, step => step >= 6);
        Assert.Empty(WorkersOf(_lab.State));
    }

    /// <summary>What an owner leaves behind that died right after it got the next lease: a running run, a running attempt, a lease that has not expired.</summary>
    private void LeaveARunningAttempt(RunState run)
    {
        _lab.Store.Apply(run.Id, new RunTakenOver(Some.Time, 1));
        var stage = run.Stage("a");
        var started = new AttemptStarted(DateTimeOffset.MaxValue.AddYears(-1), "a", stage.Key!, stage.KeyParts!, stage.Limits!, 0);
        _lab.Store.StartAttempt(run.Id, started, "dead", DateTimeOffset.MaxValue.AddYears(-1));
    }

    private static R1Pipeline.Contracts.Pipelines.PipelineDefinition Slow(int steps = 20) => Some.Pipeline(Some.Counting("a", $"steps={steps},wait-ms=50"));

    /// <summary>The counting stage's bytes do not depend on how long a step takes.</summary>
    private static Task<string> UndisturbedAsync(int steps = 20) => UndisturbedAsync($"steps={steps}");

    private static async Task<string> UndisturbedAsync(string plan)
    {
        using var lab = new RunLab();
        return (await lab.RunAsync(Some.Pipeline(Some.Counting("a", plan, every: 1000)))).Run.Stage("a").Artifact!.Sha256;
    }

    private Process StartDaemon()
    {
        string daemon = Path.Combine(AppContext.BaseDirectory.Replace("tests" + Path.DirectorySeparatorChar + "R1Pipeline.Tests", "src" + Path.DirectorySeparatorChar + "R1Pipeline.Daemon", StringComparison.Ordinal), "r1-daemon");
        var start = new ProcessStartInfo(daemon, ["--state", _lab.State]) { RedirectStandardOutput = true };
        start.Environment["R1_WORKER"] = WorkerUnderTest.Executable;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!holds()) await Task.Delay(50, patience.Token);
    }

    /// <summary>Living workers whose request lies in a state folder.</summary>
    internal static List<int> WorkersOf(string state) =>
        [.. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => name!.All(char.IsAsciiDigit)).Select(name => int.Parse(name!, CultureInfo.InvariantCulture)).Where(id => Mentions(id, state))];

    private static bool Mentions(int process, string state)
    {
        try
        {
            string command = File.ReadAllText($"/proc/{process}/cmdline");
            return command.Contains("r1-test-worker", StringComparison.Ordinal) && command.Contains(state, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // it ended meanwhile
        }
    }
}
