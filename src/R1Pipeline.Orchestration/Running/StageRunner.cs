using System.Text.Json;
using Polly;
using Polly.Retry;
using R1Pipeline.Artifacts;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Nodes;
using R1Pipeline.Orchestration.Planning;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Stores;
using R1Pipeline.Orchestration.Workers;

namespace R1Pipeline.Orchestration.Running;

/// <summary>
/// One stage whose inputs are there, until it rests: takes over a result of its key, or waits for the run that computes it, or computes it in
/// attempts, each in a slot. The pauses between attempts are Polly's; whether there is another one is decided by <see cref="FailurePolicy"/>.
/// </summary>
internal sealed class StageRunner(AttemptServices node, StagePlanner planner, SlotPool slots, PipelineDefinition definition, string run)
{
    private static readonly TimeSpan PollTime = TimeSpan.FromMilliseconds(500);

    /// <summary>Runs it. A stop leaves the stage interrupted, or waiting when it had not begun.</summary>
    /// <exception cref="LeaseTakenException">Another owner took the stage over.</exception>
    public async Task RunAsync(StageDefinition stage, CancellationToken stop)
    {
        var retries = new ResiliencePipelineBuilder<AttemptResult> { TimeProvider = node.Time }
            .AddRetry(new RetryStrategyOptions<AttemptResult>
            {
                ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Result is { Stage.State: ExecutionState.Waiting, Again: false }),
                MaxRetryAttempts = int.MaxValue, // the budget stands in the store, where a restart finds it
                BackoffType = DelayBackoffType.Exponential,
                Delay = node.Options.RetryDelay,
                MaxDelay = RetryPauses.Longest,
                OnRetry = arguments =>
                {
                    var failed = arguments.Outcome.Result!.Stage;
                    node.Events.Retrying(failed, failed.Failure!.Value, failed.Message ?? "", arguments.RetryDelay);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
        try
        {
            while (true)
            {
                var state = node.Store.Find(run)!;
                var key = planner.KeyOf(definition, stage, state);
                if (!state.Stage(stage.Name).Fresh && planner.Reusable(key) is { } result)
                {
                    Reuse(stage, key, result);
                    return;
                }
                await WaitForOtherRunAsync(stage, key, stop);
                if (!state.Stage(stage.Name).Fresh && planner.Reusable(key) is not null) continue;
                var outcome = await retries.ExecuteAsync(async token => await AttemptAsync(stage, key, token), stop);
                if (outcome.Again) continue;
                Tell(outcome.Stage);
                return;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            node.Log.Information("Stage {Stage} was stopped before its next attempt", stage.Name);
        }
    }

    private void Reuse(StageDefinition stage, StageKey key, KeyResult result)
    {
        var state = node.Store.Apply(run, new StageReused(node.Time.GetUtcNow(), stage.Name, key.Sha256, key.Parts, key.Limits, result) { Owner = node.Owner }).Stage(stage.Name);
        node.Log.Information("Stage {Stage} is taken over from run {Run}", stage.Name, result.Run);
        if (state.State == ExecutionState.Done) node.Events.StageCached(state);
        else node.Events.StageFailed(state);
    }

    private async Task WaitForOtherRunAsync(StageDefinition stage, StageKey key, CancellationToken stop)
    {
        string? said = null;
        while (node.Store.InFlight(key.Sha256, run, node.Time.GetUtcNow()) is { Run: var other })
        {
            if (ReleaseLeasesOfTheDead(other))
            {
                node.Log.Information("The owner of run {Run} is dead; its lease on stage {Stage} is freed", other, stage.Name);
                continue;
            }
            if (said != other) node.Events.WaitingForRun(stage.Name, other);
            said = other;
            await Task.Delay(PollTime, node.Time, stop);
        }
    }

    /// <summary>Frees the leases of a run without an owner, holding its lock meanwhile: a resume that begins now must not lose the lease it was just given.</summary>
    private bool ReleaseLeasesOfTheDead(string other)
    {
        var directory = new RunDirectory(node.Options.StateDirectory, other);
        if (RunLock.IsHeld(directory)) return false;
        using var held = RunLock.TryTake(directory);
        if (held is null) return false;
        node.Store.ReleaseLeases(other);
        return true;
    }

    private async Task<AttemptResult> AttemptAsync(StageDefinition stage, StageKey key, CancellationToken stop)
    {
        var waiting = node.Store.Find(run)!;
        var wanted = new SlotRequest(waiting.Priority, waiting.CreatedAt, node.Options.Preempt);
        using var slot = await slots.TakeAsync(wanted, () => node.Events.WaitingForSlot(stage.Name), stop);
        var borrowed = planner.Borrowable(key, node.Store.Find(run)!, stage.Name);
        var now = node.Time.GetUtcNow();
        var started = new AttemptStarted(now, stage.Name, key.Sha256, key.Parts, key.Limits, Token: 0) { Owner = node.Owner, BorrowedFrom = borrowed?.Run };
        var grant = node.Store.StartAttempt(run, started, $"{Environment.MachineName}:{Environment.ProcessId}", now + node.Options.LeaseLifetime, borrowed);
        if (grant.Lease is null) return new AttemptResult(node.Store.Find(run)!.Stage(stage.Name), Again: true);

        var state = grant.Run!.Stage(stage.Name);
        var request = planner.Request(definition, stage, grant.Run, borrowed, node.Options.LeaseLifetime);
        var policy = new AttemptPolicy(stage.Options, StageCatalog.Find(stage.Uses)!.Output, state.CountedFailures);
        string requestPath = RunDirectory.RequestOf(request.AttemptDirectory);
        AtomicFile.WriteAllText(requestPath, JsonSerializer.Serialize(request, ContractJson.Indented));
        await using var worker = WorkerProcess.Start(node.Options.Worker, requestPath, RunDirectory.StandardErrorOf(request.AttemptDirectory), stage.Options);
        if (borrowed is not null) node.Log.Information("Stage {Stage} may go on from step {Step} of run {Run}", stage.Name, borrowed.Checkpoint.Step, borrowed.Run);
        node.Log.Information("Attempt {Attempt} of stage {Stage} started, process {WorkerPid}", request.Attempt, stage.Name, worker.Id);
        node.Events.AttemptStarted(state, state.Attempts[^1]);
        var after = (await new AttemptRun(node, grant.Lease, request, policy, slot).RunAsync(worker, stop)).Stage(stage.Name);
        bool yielded = after is { State: ExecutionState.Waiting, Failure: StageFailureClass.Interrupted };
        if (yielded) node.Events.StageYielded(after);
        return new AttemptResult(after, Again: yielded);
    }

    private void Tell(StageState stage)
    {
        if (stage.State == ExecutionState.Done) node.Events.StageDone(stage);
        else if (stage.State == ExecutionState.Interrupted) node.Events.StageInterrupted(stage);
        else node.Events.StageFailed(stage);
    }

    /// <summary>What an attempt left behind.</summary>
    /// <param name="Stage">The stage after it.</param>
    /// <param name="Again">Whether the stage queues again at once: another run took the key first, or one of higher priority the slot.</param>
    private sealed record AttemptResult(StageState Stage, bool Again);
}
