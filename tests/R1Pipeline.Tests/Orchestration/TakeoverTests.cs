using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Tests.Orchestration;

/// <summary>An owner that stands still while another one, on another machine, takes its run over. Real processes; only the machines are the same one.</summary>
public sealed class TakeoverTests(PostgresServer server) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly RunLab _lab = new(MigratedDatabase.In(server), Patience);

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task Owner_StoppedPastItsLeaseAndReplaced_WritesNothingMoreAndEndsItself()
    {
        await using var stopped = OwnerUnderTest.Start(_lab, Slow(), leaseSeconds: 3);
        await stopped.WaitForAsync("checkpoint a");
        stopped.Signal(OwnerUnderTest.SigStop);
        string run = Assert.Single(_lab.Store.Runs()).Run;
        // Nobody answers its worker: it ends by its own clock.
        using (var patience = new CancellationTokenSource(Patience))
        {
            while (RunRecoveryTests.WorkersOf(_lab.State).Count > 0) await Task.Delay(50, patience.Token);
        }

        // A lock of a machine is not seen on another one: a new file of that name is not locked.
        File.Delete(_lab.Directory(run).Lock);
        await using var next = OwnerUnderTest.Start(_lab, Slow(), leaseSeconds: 3, slots: Path.Combine(_lab.State, "slots-of-another-machine"));
        Assert.Equal(0, await next.EndAsync());

        var done = _lab.Store.Find(run)!;
        var events = _lab.Store.Events(run);
        Assert.Equal(ExecutionState.Done, done.State);
        Assert.Equal([AttemptOutcome.Lost, AttemptOutcome.Done], done.Stage("a").Attempts.Select(attempt => attempt.Outcome));
        Assert.True(done.Stage("a").Attempts[1].ResumedFrom >= 2);
        Assert.Equal(await UndisturbedAsync(), done.Stage("a").Artifact!.Sha256);
        Assert.Equal(Enumerable.Range(1, 40), _lab.Reader.Metrics(run).Select(row => (int)row.Metrics.Step));

        stopped.Signal(OwnerUnderTest.SigCont);

        Assert.Equal(1, await stopped.EndAsync());
        Assert.Matches($"^refused another owner took .*run {run} .*; this process has stopped and leaves the run to it$", stopped.Said[^1]);
        Assert.Equivalent(done, _lab.Store.Find(run), strict: true);
        Assert.Equal(events, _lab.Store.Events(run));
        Assert.Empty(RunRecoveryTests.WorkersOf(_lab.State));
    }

    /// <summary>Slow only in its first attempt.</summary>
    private static PipelineDefinition Slow() => Some.Pipeline(Some.Counting("a", "steps=40,wait-ms=200,waiting-attempts=1"));

    private static async Task<string> UndisturbedAsync()
    {
        using var lab = new RunLab();
        return (await lab.RunAsync(Some.Pipeline(Some.Counting("a", "steps=40", every: 1000)))).Run.Stage("a").Artifact!.Sha256;
    }
}
