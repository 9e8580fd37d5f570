using System.Text.Json;
using R1Pipeline.Artifacts;
using R1Pipeline.Artifacts.Disk;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Nodes;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Stores;
using Serilog;

namespace R1Pipeline.Orchestration.Workers;

/// <summary>
/// One attempt from its worker's start to its end: commits what the worker announces and answers it, passes a stop on, kills what hangs, and
/// turns the end, whatever it was, into a committed <see cref="AttemptEnded"/>.
/// </summary>
/// <param name="node">What all attempts of the run share.</param>
/// <param name="lease">The attempt's lease.</param>
/// <param name="request">The attempt's request.</param>
/// <param name="policy">The stage's limits.</param>
/// <param name="slot">The slot that it holds.</param>
internal sealed class AttemptRun(AttemptServices node, Lease lease, StageRequest request, AttemptPolicy policy, Slot slot)
{
    private static readonly TimeSpan GuardTime = TimeSpan.FromSeconds(1);

    private readonly ProgressWatch _watch = new(node.Time, node.Options.LeaseLifetime, policy.StallTimeout);
    private readonly ILogger _log = node.Log.ForContext("Stage", lease.Stage).ForContext("Attempt", request.Attempt);
    private string? _hang;
    private string? _stacks;
    private long _storeAskedAt;
    private volatile bool _stopped;
    private volatile bool _yields;
    private long _stoppedAt;
    private RunState? _ended;

    /// <summary>Runs it. Returns the run's state after the attempt.</summary>
    /// <exception cref="LeaseTakenException">A newer attempt holds the stage: this owner must not go on.</exception>
    public async Task<RunState> RunAsync(WorkerProcess worker, CancellationToken stop)
    {
        KernelOutOfMemory? outOfMemory = null;
        using var over = new CancellationTokenSource();
        using var stopping = stop.Register(() =>
        {
            _yields = false;
            Stop(worker);
        });
        var guard = GuardAsync(worker, over.Token);
        bool fenced = false;
        string? garbage = null;
        int exitCode;
        try
        {
            try
            {
                while (!fenced && await worker.ReadAsync() is { } message)
                {
                    _watch.Heard(message);
                    outOfMemory ??= KernelOutOfMemory.Of(worker.Id); // it is where its command put it by now
                    fenced = !CommitInTime(message);
                    worker.Send(fenced ? new FencedMessage { Sequence = message.Sequence } : new AcknowledgedMessage { Sequence = message.Sequence });
                    if (!fenced) Tell(message);
                }
            }
            catch (JsonException e)
            {
                garbage = $"the worker sent a line that is no message: {e.Message}";
                worker.Kill();
            }
            exitCode = await worker.ExitCodeAsync();
        }
        finally
        {
            await over.CancelAsync();
            await guard;
        }
        if (fenced) throw new LeaseTakenException(lease);
        if (_ended is not null) return _ended;

        var (failure, words) = garbage is not null ? (StageFailureClass.NativeCrash, garbage)
            : _hang is not null ? (StageFailureClass.Stalled, $"the worker was {_hang} and was killed{_stacks}")
            : _stopped ? (StageFailureClass.Interrupted, $"the worker did not checkpoint within {node.Options.GracePeriod.TotalSeconds:0} s and was ended; its last committed checkpoint stands")
            : ExitClassifier.Classify(exitCode, outOfMemory?.Struck ?? false);
        long steps = StepMark.Read(RunDirectory.StepMarkOf(request.AttemptDirectory)) ?? 0;
        return End(new StageReport { Failure = failure, Message = words, StepsDone = steps }) ? _ended! : throw new LeaseTakenException(lease);
    }

    /// <summary>Commits a message, and lets the guard know how long the store takes for it.</summary>
    private bool CommitInTime(WorkerMessage message)
    {
        Volatile.Write(ref _storeAskedAt, node.Time.GetTimestamp());
        try
        {
            return Commit(message);
        }
        finally
        {
            Volatile.Write(ref _storeAskedAt, 0);
        }
    }

    private bool Commit(WorkerMessage message)
    {
        var now = node.Time.GetUtcNow();
        var expires = now + node.Options.LeaseLifetime;
        switch (message)
        {
            case HeartbeatMessage when _ended is not null:
                // Sent while the report was being committed: the attempt has no lease to renew any more.
                return true;
            case HeartbeatMessage heartbeat:
                return node.Store.Renew(lease, new AttemptProgressed(now, lease.Stage, lease.Token, heartbeat), expires);
            case CheckpointMessage { Checkpoint: var checkpoint } commit:
                var change = new CheckpointCommitted(now, lease.Stage, lease.Token, checkpoint);
                return node.Store.Commit(lease, change, commit.Metrics, Relative(checkpoint.Directory), [.. commit.Superseded.Select(Relative)], expires) is not null;
            case RolloutsMessage { Shard: var shard }:
                return node.Store.Commit(lease, new RolloutsCommitted(now, lease.Stage, lease.Token, shard), Relative(shard.Path), expires);
            case ReportMessage { Report: var report }:
                return End(Checked(report));
            default:
                throw new InvalidOperationException($"message {message.GetType().Name} is not handled");
        }
    }

    private void Tell(WorkerMessage message)
    {
        switch (message)
        {
            case HeartbeatMessage heartbeat when _ended is null:
                node.Events.Heartbeat(lease.Stage, heartbeat);
                break;
            case CheckpointMessage { Checkpoint: var checkpoint } commit:
                _log.Information("Checkpoint of step {Step} is committed", checkpoint.Step);
                node.Events.CheckpointCommitted(lease.Stage, checkpoint, commit.Metrics);
                break;
            case RolloutsMessage { Shard: var shard }:
                node.Events.RolloutsCommitted(lease.Stage, shard);
                break;
        }
    }

    /// <summary>A report that contradicts itself is a mistake of the stage, not a success.</summary>
    private StageReport Checked(StageReport report)
    {
        if (report.Failure is not null) return report;
        string? wrong = report.StepsDone != report.StepsPlanned ? $"reported as done with {report.StepsDone} of {report.StepsPlanned} steps"
            : report.Artifact is null ? "reported as done without an artifact"
            : report.Artifact.Kind != policy.Output ? $"put out a {report.Artifact.Kind}, not a {policy.Output}"
            : !node.Artifacts.Exists(report.Artifact) ? $"named artifact {report.Artifact.Sha256}, which is not there"
            : null;
        return wrong is null ? report : report with { Failure = StageFailureClass.NativeCrash, Message = $"stage {lease.Stage} {wrong}: a mistake in the stage's code", Artifact = null };
    }

    private bool End(StageReport report)
    {
        var now = node.Time.GetUtcNow();
        int? microBatch = MicroBatchLimits.Current(policy.Options, request.MicroBatchLimit);
        var verdict = report.Failure is { } failure
            ? FailurePolicy.Decide(new AttemptFailure(failure, report.StepsDone, report.Message ?? ""), policy.Failures, policy.Options, microBatch, _yields)
            : null;
        var decision = verdict?.Decision;
        if (verdict?.Diagnosis is { } diagnosis) report = report with { Message = $"{report.Message}. {diagnosis}" };
        int? next = decision == FailureDecision.RetryWithSmallerMicroBatch ? microBatch / 2 : null;
        bool retries = decision is FailureDecision.Retry or FailureDecision.RetryWithSmallerMicroBatch;
        _ended = node.Store.EndAttempt(
            lease, new AttemptEnded(now, lease.Stage, lease.Token, report, decision, next), retries ? now + node.Options.LeaseLifetime + RetryPauses.Longest : null);
        if (report.Failure is null) _log.Information("Stage {Stage} is done: {Steps} steps", lease.Stage, report.StepsDone);
        else _log.Warning("Attempt {Attempt} of stage {Stage} ended: {Failure}, {Message}; decision {Decision}", request.Attempt, lease.Stage, report.Failure, report.Message, decision);
        return _ended is not null;
    }

    private void Stop(WorkerProcess worker)
    {
        _stoppedAt = node.Time.GetTimestamp();
        _stopped = true;
        worker.Send(new StopMessage());
    }

    /// <summary>
    /// Looks once a second: ends a worker that overstays the grace period, asks it to stop for a run that may have its slot, kills one that
    /// hangs. While the store does not answer it holds the lease for
    /// the worker: nobody else can own the run meanwhile, whose file lock this process has, and the token still decides when the store is back.
    /// </summary>
    private async Task GuardAsync(WorkerProcess worker, CancellationToken over)
    {
        using var timer = new PeriodicTimer(GuardTime, node.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(over))
            {
                bool storeIsSlow = Volatile.Read(ref _storeAskedAt) is > 0 and var asked && node.Time.GetElapsedTime(asked) > GuardTime;
                if (storeIsSlow)
                {
                    _watch.Excuse();
                    worker.Send(new HoldMessage());
                }
                if (_stopped)
                {
                    if (node.Time.GetElapsedTime(_stoppedAt) > node.Options.GracePeriod) worker.Kill();
                }
                else if (slot.IsWanted)
                {
                    _log.Information("Stage {Stage} is asked to give its slot to a run of higher priority", lease.Stage);
                    _yields = true;
                    Stop(worker);
                }
                else if (!storeIsSlow && _watch.Problem() is { } hang)
                {
                    _hang = hang;
                    string path = RunDirectory.StacksOf(request.AttemptDirectory);
                    if (await new StackDump(node.Options.Worker, _log, node.Time).WriteAsync(worker.Id, path)) _stacks = $"; where it stood is in {path}";
                    worker.Kill();
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The worker has ended by itself: nothing is left to guard.
        }
    }

    private string Relative(string path) => Path.GetRelativePath(node.Options.StateDirectory, path);
}
