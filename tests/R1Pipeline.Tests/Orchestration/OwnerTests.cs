using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Tests.Orchestration;

/// <summary>Real owner processes that share a slot, are killed, or are stopped for longer than their lease.</summary>
public sealed class OwnerTests : IDisposable
{
    private readonly RunLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task Preempt_HigherPriority_TakesTheSlotAndTheOtherGoesOnWithTheSameBytes()
    {
        await using var low = OwnerUnderTest.Start(_lab, Yielding("a"));
        await low.WaitForAsync("checkpoint a");
        await using var high = OwnerUnderTest.Start(_lab, Quick("b"), priority: 5, preempt: true);

        Assert.Equal(0, await high.EndAsync());
        Assert.Equal(0, await low.EndAsync());

        var stage = Run(low).Stage("a");
        Assert.Equal([AttemptOutcome.Interrupted, AttemptOutcome.Done], stage.Attempts.Select(attempt => attempt.Outcome));
        Assert.Equal((0, await UndisturbedAsync("a")), (stage.Failures, stage.Artifact!.Sha256));
        Assert.True(stage.Attempts[1].ResumedFrom >= 2);
        Assert.True(Run(high).Stage("b").EndedAt <= stage.Attempts[1].StartedAt);
    }

    [Fact]
    public async Task Preempt_PreemptorIsKilled_TheOtherGoesOn()
    {
        await using var low = OwnerUnderTest.Start(_lab, Yielding("a"));
        await low.WaitForAsync("checkpoint a");
        await using var high = OwnerUnderTest.Start(_lab, Slow("b"), priority: 5, preempt: true);
        await low.WaitForAsync("yielded a");

        high.Signal(OwnerUnderTest.SigKill);

        Assert.Equal(0, await low.EndAsync());
        Assert.Equal(await UndisturbedAsync("a"), Run(low).Stage("a").Artifact!.Sha256);
    }

    [Fact]
    public async Task Queue_WaiterIsKilled_TheNextByPriorityIsServedAndNothingIsStuck()
    {
        await using var holder = OwnerUnderTest.Start(_lab, Slow("a"));
        await holder.WaitForAsync("checkpoint a");
        await using var dead = OwnerUnderTest.Start(_lab, Quick("b"), priority: 9);
        await using var later = OwnerUnderTest.Start(_lab, Quick("c"));
        await dead.WaitForAsync("waits b");
        await later.WaitForAsync("waits c");
        await using var next = OwnerUnderTest.Start(_lab, Quick("d"), priority: 5);
        await next.WaitForAsync("waits d");

        dead.Signal(OwnerUnderTest.SigKill);

        Assert.Equal((0, 0, 0), (await holder.EndAsync(), await next.EndAsync(), await later.EndAsync()));
        Assert.DoesNotContain(holder.Said, line => line.StartsWith("yielded", StringComparison.Ordinal));
        Assert.True(Run(next).Stage("d").StartedAt < Run(later).Stage("c").StartedAt);
    }

    [Theory]
    [InlineData("owner-kill@write=3")]
    [InlineData("owner-kill@written=5")]
    public async Task KillPoint_OfAStoreWrite_KillsTheOwnerThereAndTheNextOneEndsWithTheSameBytes(string fault)
    {
        await using (var killed = OwnerUnderTest.Start(_lab, Quick("a"), fault: fault)) Assert.Equal(128 + OwnerUnderTest.SigKill, await killed.EndAsync());

        var outcome = await _lab.RunAsync(Quick("a"));

        Assert.Equal((0, await UndisturbedAsync("a", "steps=6")), (outcome.ExitCode, outcome.Run.Stage("a").Artifact!.Sha256));
        Assert.Single(_lab.Store.Runs());
    }

    [Fact]
    public async Task Worker_StoppedPastItsLease_WritesNothingMoreAndTheStageEndsWithTheSameBytes()
    {
        int worker = 0;
        var watcher = new RunLab.Watcher { AtCheckpoint = _ => Stop(ref worker, _lab.State) };
        var running = _lab.RunAsync(Slow("a"), watcher, _lab.Options with { LeaseLifetime = TimeSpan.FromSeconds(3) });
        while (worker == 0) await Task.Delay(20, TestContext.Current.CancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);

        OwnerUnderTest.TrySignal(worker, OwnerUnderTest.SigCont);

        var outcome = await running;
        var stage = outcome.Run.Stage("a");
        Assert.Equal((0, 2), (outcome.ExitCode, stage.Attempts.Count));
        Assert.Contains(stage.Attempts[0].Failure, new StageFailureClass?[] { StageFailureClass.LeaseLost, StageFailureClass.Stalled });
        Assert.Equal(await UndisturbedAsync("a"), stage.Artifact!.Sha256);
    }

    private static void Stop(ref int worker, string state)
    {
        if (worker != 0) return;
        worker = Assert.Single(RunRecoveryTests.WorkersOf(state));
        OwnerUnderTest.TrySignal(worker, OwnerUnderTest.SigStop);
    }

    private RunState Run(OwnerUnderTest owner) => _lab.Store.Find(owner.Said.First(line => line.StartsWith("run ", StringComparison.Ordinal))[4..])!;

    private static PipelineDefinition Slow(string stage) => Some.Pipeline(Some.Counting(stage, "steps=40,wait-ms=100"));

    /// <summary>Slow enough to be still at work when another process comes to ask for its slot, however busy the machine is; quick once it gave it away.</summary>
    private static PipelineDefinition Yielding(string stage) => Some.Pipeline(Some.Counting(stage, "steps=40,wait-ms=1000,waiting-attempts=1"));

    private static PipelineDefinition Quick(string stage) => Some.Pipeline(Some.Counting(stage, "steps=6"));

    /// <summary>The counting stage's bytes do not depend on how long a step takes.</summary>
    private static async Task<string> UndisturbedAsync(string stage, string plan = "steps=40")
    {
        using var lab = new RunLab();
        return (await lab.RunAsync(Some.Pipeline(Some.Counting(stage, plan, every: 1000)))).Run.Stage(stage).Artifact!.Sha256;
    }
}
