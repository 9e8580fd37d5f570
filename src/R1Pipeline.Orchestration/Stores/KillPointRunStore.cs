using System.Diagnostics;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Orchestration.Stores;

/// <summary>
/// A store that kills its process around its Nth write: the fault point of the torture tests, only ever put in by <see cref="RunStores"/> and only
/// where <see cref="OwnerKillPoint.Variable"/> asks for it. Every write counts, refused ones too, except <see cref="Renew"/>: how many heartbeats there
/// are depends on time, and N must mean the same write every time.
/// </summary>
internal sealed class KillPointRunStore(IRunStore inner, OwnerKillPoint point) : IRunStore
{
    private long _writes;

    /// <inheritdoc/>
    public void Create(RunState run, string definition) => Count(() =>
    {
        inner.Create(run, definition);
        return true;
    });

    /// <inheritdoc/>
    public RunState Apply(string run, RunChange change) => Count(() => inner.Apply(run, change));

    /// <inheritdoc/>
    public LeaseGrant StartAttempt(string run, AttemptStarted change, string owner, DateTimeOffset expires, BorrowedCheckpoint? borrowed = null) =>
        Count(() => inner.StartAttempt(run, change, owner, expires, borrowed));

    /// <inheritdoc/>
    public RunState? Commit(
        Lease lease, CheckpointCommitted change, IReadOnlyList<StepMetrics> metrics, string folder, IReadOnlyList<string> superseded, DateTimeOffset expires) =>
        Count(() => inner.Commit(lease, change, metrics, folder, superseded, expires));

    /// <inheritdoc/>
    public bool Commit(Lease lease, RolloutsCommitted change, string path, DateTimeOffset expires) => Count(() => inner.Commit(lease, change, path, expires));

    /// <inheritdoc/>
    public RunState? EndAttempt(Lease lease, AttemptEnded change, DateTimeOffset? reservedUntil) => Count(() => inner.EndAttempt(lease, change, reservedUntil));

    /// <inheritdoc/>
    public void ReleaseLeases(string run) => Count(() =>
    {
        inner.ReleaseLeases(run);
        return true;
    });

    /// <inheritdoc/>
    public bool DropCheckpoints(string run, string stage, IReadOnlyList<string> folders, DateTimeOffset now) =>
        Count(() => inner.DropCheckpoints(run, stage, folders, now));

    /// <inheritdoc/>
    public void RememberHash(string path, long length, long modifiedTicks, string sha256) => Count(() =>
    {
        inner.RememberHash(path, length, modifiedTicks, sha256);
        return true;
    });

    /// <inheritdoc/>
    public bool Renew(Lease lease, AttemptProgressed change, DateTimeOffset expires) => inner.Renew(lease, change, expires);

    /// <inheritdoc/>
    public RunState? Find(string run) => inner.Find(run);

    /// <inheritdoc/>
    public string Definition(string run) => inner.Definition(run);

    /// <inheritdoc/>
    public IReadOnlyList<RunSummary> Runs() => inner.Runs();

    /// <inheritdoc/>
    public string? NewestUnfinished(string definitionSha256) => inner.NewestUnfinished(definitionSha256);

    /// <inheritdoc/>
    public (string Run, string Stage)? InFlight(string key, string exceptRun, DateTimeOffset now) => inner.InFlight(key, exceptRun, now);

    /// <inheritdoc/>
    public LiveLease? FindLiveLease(string run, DateTimeOffset now) => inner.FindLiveLease(run, now);

    /// <inheritdoc/>
    public KeyResult? FindResult(string key) => inner.FindResult(key);

    /// <inheritdoc/>
    public (string KeyParts, string? Limits)? NewestDone(string pipeline, string stage) => inner.NewestDone(pipeline, stage);

    /// <inheritdoc/>
    public IReadOnlyList<CheckpointRow> Checkpoints(string run, string? stage = null) => inner.Checkpoints(run, stage);

    /// <inheritdoc/>
    public IReadOnlyList<BorrowedCheckpoint> CheckpointsOfKey(string key, string exceptRun) => inner.CheckpointsOfKey(key, exceptRun);

    /// <inheritdoc/>
    public IReadOnlyList<StepMetricsRow> Metrics(string run, string? stage = null) => inner.Metrics(run, stage);

    /// <inheritdoc/>
    public IReadOnlyList<(string Stage, RolloutShard Shard)> RolloutShards(string run, string? stage = null) => inner.RolloutShards(run, stage);

    /// <inheritdoc/>
    public IReadOnlyList<RunEventRow> Events(string run, long after = 0) => inner.Events(run, after);

    /// <inheritdoc/>
    public string? RememberedHash(string path, long length, long modifiedTicks) => inner.RememberedHash(path, length, modifiedTicks);

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();

    private T Count<T>(Func<T> write)
    {
        bool strikes = Interlocked.Increment(ref _writes) == point.Write;
        if (strikes && !point.After) KillSelf();
        var result = write();
        if (strikes) KillSelf();
        return result;
    }

    private static void KillSelf()
    {
        using var self = Process.GetCurrentProcess();
        self.Kill();
    }
}
