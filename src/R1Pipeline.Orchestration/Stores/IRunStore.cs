using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Orchestration.Stores;

/// <summary>
/// The truth about runs. Every call is one short transaction, durable when it returns; a change is applied to the state inside
/// its transaction, so that two processes never act on a stale one. Writes of an attempt carry its <see cref="Lease"/> and are
/// refused (false or null) once a newer token was given out. Knows no files, no processes, no clock of its own.
/// </summary>
public interface IRunStore : IDisposable
{
    /// <summary>Creates a run.</summary>
    /// <param name="run">Its first state.</param>
    /// <param name="definition">Its resolved definition, JSON.</param>
    void Create(RunState run, string definition);

    /// <summary>The run, or null.</summary>
    RunState? Find(string run);

    /// <summary>The run's resolved definition, JSON.</summary>
    /// <exception cref="KeyNotFoundException">There is no such run.</exception>
    string Definition(string run);

    /// <summary>All runs, oldest first.</summary>
    IReadOnlyList<RunSummary> Runs();

    /// <summary>The newest run of that definition that is neither done nor cancelled; null: none.</summary>
    string? NewestUnfinished(string definitionSha256);

    /// <summary>Applies a change that needs no lease.</summary>
    RunState Apply(string run, RunChange change);

    /// <summary>Grants the lease of a new attempt, unless another run computes the same key and its lease has not expired.</summary>
    /// <param name="run">Run id.</param>
    /// <param name="change">The attempt; its token is given here.</param>
    /// <param name="owner">Who asks, for people who look into the store.</param>
    /// <param name="expires">End of the lease.</param>
    /// <param name="borrowed">Checkpoint of another run that the attempt goes on from: figures and rollouts up to its step become this run's too. Null: none.</param>
    LeaseGrant StartAttempt(string run, AttemptStarted change, string owner, DateTimeOffset expires, BorrowedCheckpoint? borrowed = null);

    /// <summary>Renews a lease and keeps the heartbeat's figures; false: fenced.</summary>
    bool Renew(Lease lease, AttemptProgressed change, DateTimeOffset expires);

    /// <summary>Commits a checkpoint with the figures of its steps, and marks superseded ones; null: fenced.</summary>
    /// <param name="lease">The attempt's lease.</param>
    /// <param name="change">The checkpoint.</param>
    /// <param name="metrics">Figures of the steps that it holds.</param>
    /// <param name="folder">Its folder, relative to the state folder.</param>
    /// <param name="superseded">Folders, relative to the state folder, that may be dropped now.</param>
    /// <param name="expires">New end of the lease.</param>
    RunState? Commit(
        Lease lease, CheckpointCommitted change, IReadOnlyList<StepMetrics> metrics, string folder, IReadOnlyList<string> superseded, DateTimeOffset expires);

    /// <summary>Commits the rollouts of an iteration; false: fenced.</summary>
    /// <param name="lease">The attempt's lease.</param>
    /// <param name="change">The shard.</param>
    /// <param name="path">Its file, relative to the state folder.</param>
    /// <param name="expires">New end of the lease.</param>
    bool Commit(Lease lease, RolloutsCommitted change, string path, DateTimeOffset expires);

    /// <summary>Ends an attempt, commits its last figures and gives the lease up, or keeps the key reserved until <paramref name="reservedUntil"/> for the retry; null: fenced.</summary>
    RunState? EndAttempt(Lease lease, AttemptEnded change, DateTimeOffset? reservedUntil);

    /// <summary>Frees the leases of a run whose owner is known to be dead.</summary>
    void ReleaseLeases(string run);

    /// <summary>The run and stage that hold an unexpired lease on the key; null: none.</summary>
    (string Run, string Stage)? InFlight(string key, string exceptRun, DateTimeOffset now);

    /// <summary>The longest unexpired lease of a run that somebody works on, on whatever machine; null: none.</summary>
    LiveLease? FindLiveLease(string run, DateTimeOffset now);

    /// <summary>A finished computation of the key: a done one before one that missed a gate, the newest first; null: none.</summary>
    KeyResult? FindResult(string key);

    /// <summary>Key parts and limits of the newest done stage of that name in a run of that pipeline; null: never run. For <c>plan</c>'s "why".</summary>
    (string KeyParts, string? Limits)? NewestDone(string pipeline, string stage);

    /// <summary>Checkpoints of a run, by stage and step, ascending.</summary>
    IReadOnlyList<CheckpointRow> Checkpoints(string run, string? stage = null);

    /// <summary>Forgets checkpoints of a run at rest; their folders (relative to the state folder) are waste from then on. False, and nothing is forgotten: it has a live lease.</summary>
    bool DropCheckpoints(string run, string stage, IReadOnlyList<string> folders, DateTimeOffset now);

    /// <summary>Committed checkpoints of a stage key in all runs but one, the newest step first.</summary>
    IReadOnlyList<BorrowedCheckpoint> CheckpointsOfKey(string key, string exceptRun);

    /// <summary>Committed figures, by stage in file order and step, ascending; none twice.</summary>
    IReadOnlyList<StepMetricsRow> Metrics(string run, string? stage = null);

    /// <summary>Committed rollout shards, by stage in file order and iteration, ascending. Their paths are relative to the state folder.</summary>
    IReadOnlyList<(string Stage, RolloutShard Shard)> RolloutShards(string run, string? stage = null);

    /// <summary>The journal after a sequence number.</summary>
    IReadOnlyList<RunEventRow> Events(string run, long after = 0);

    /// <summary>The remembered hash of a file that has not changed since (length, time of last write); null: unknown.</summary>
    string? RememberedHash(string path, long length, long modifiedTicks);

    /// <summary>Remembers a file's hash.</summary>
    void RememberHash(string path, long length, long modifiedTicks, string sha256);
}
