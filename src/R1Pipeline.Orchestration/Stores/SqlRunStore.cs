using System.Data.Common;
using System.Text.Json;
using Dapper;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Orchestration.Stores;

/// <summary>
/// The store in SQL that SQLite and PostgreSQL read alike: what a run is and when a write is refused stand here, once. How a transaction is opened,
/// made alone and committed is the database's business.
/// </summary>
internal sealed class SqlRunStore(IStateDatabase database) : IRunStore
{
    /// <inheritdoc/>
    public void Create(RunState run, string definition) => database.Write(transaction =>
    {
        RunTables.Insert(transaction, run, definition);
        return 0;
    });

    /// <inheritdoc/>
    public RunState? Find(string run) => database.Read(transaction => RunTables.Load(transaction, run));

    /// <inheritdoc/>
    public string Definition(string run) => database.Read(transaction =>
        transaction.Connection!.QuerySingleOrDefault<string>("select definition from run where id = @run", new { run }, transaction)
        ?? throw new KeyNotFoundException($"there is no run '{run}' in this state folder"));

    /// <inheritdoc/>
    public IReadOnlyList<RunSummary> Runs() => database.Read(transaction =>
        transaction.Connection!.Query<(string Id, string Pipeline, string State, long CreatedAt, int Priority)>(
                "select id, pipeline, state, created_at, priority from run order by created_at, id", transaction: transaction)
            .Select(row => new RunSummary(row.Id, row.Pipeline, EnumWords.Parse<ExecutionState>(row.State), DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt), row.Priority))
            .ToList());

    /// <inheritdoc/>
    public string? NewestUnfinished(string definitionSha256) => database.Read(transaction =>
        transaction.Connection!.QueryFirstOrDefault<string>(
            "select id from run where definition_sha256 = @definitionSha256 and state not in ('done', 'cancelled') order by created_at desc, id desc",
            new { definitionSha256 },
            transaction));

    /// <inheritdoc/>
    public RunState Apply(string run, RunChange change) => database.Write(transaction =>
    {
        if (change is RunTakenOver) FreeLeases(transaction, run);
        if (change is StageReset reset) Forget(transaction, run, reset.Stage);
        return Transition(transaction, run, change);
    });

    /// <inheritdoc/>
    public LeaseGrant StartAttempt(string run, AttemptStarted change, string owner, DateTimeOffset expires, BorrowedCheckpoint? borrowed = null) => database.Write(transaction =>
    {
        var connection = transaction.Connection!;
        if (Holder(transaction, change.Key, run, change.At) is { } busy) return new LeaseGrant(null, null, busy.Run, busy.Stage);
        var row = new { run, stage = change.Stage, key = change.Key, owner, expires = expires.ToUnixTimeMilliseconds() };
        connection.Execute(
            "insert into lease (run, stage, token, stage_key, owner, expires_at) values (@run, @stage, 1, @key, @owner, @expires) " +
            "on conflict (run, stage) do update set token = lease.token + 1, stage_key = excluded.stage_key, owner = excluded.owner, expires_at = excluded.expires_at",
            row,
            transaction);
        long token = connection.QuerySingle<long>("select token from lease where run = @run and stage = @stage", row, transaction);
        var lease = new Lease(run, change.Stage, token);
        if (borrowed is not null) CopyHistory(transaction, borrowed, lease);
        return new LeaseGrant(lease, Transition(transaction, run, change with { Token = token }), null, null);
    });

    /// <inheritdoc/>
    public bool Renew(Lease lease, AttemptProgressed change, DateTimeOffset expires) => Fenced(lease, transaction =>
    {
        Extend(transaction, lease, expires);
        return Transition(transaction, lease.Run, change, journal: false);
    }) is not null;

    /// <inheritdoc/>
    public RunState? Commit(
        Lease lease, CheckpointCommitted change, IReadOnlyList<StepMetrics> metrics, string folder, IReadOnlyList<string> superseded, DateTimeOffset expires) => Fenced(lease, transaction =>
    {
        var connection = transaction.Connection!;
        Extend(transaction, lease, expires);
        connection.Execute(
            "insert into checkpoint (run, stage, folder, step, token, state, sha256, bytes, created_at) values (@Run, @Stage, @folder, @Step, @Token, 'committed', @Sha256, @Bytes, @at)",
            new { lease.Run, lease.Stage, folder, change.Checkpoint.Step, lease.Token, change.Checkpoint.Sha256, change.Checkpoint.Bytes, at = change.At.ToUnixTimeMilliseconds() },
            transaction);
        foreach (string old in superseded)
        {
            connection.Execute("update checkpoint set state = 'superseded' where run = @Run and stage = @Stage and folder = @old", new { lease.Run, lease.Stage, old }, transaction);
        }
        Insert(transaction, lease, metrics);
        return Transition(transaction, lease.Run, change);
    });

    /// <inheritdoc/>
    public bool Commit(Lease lease, RolloutsCommitted change, string path, DateTimeOffset expires) => Fenced(lease, transaction =>
    {
        Extend(transaction, lease, expires);
        // An iteration that a resume repeats gives the same rollouts again: one row, whoever wrote it last.
        transaction.Connection!.Execute(
            "insert into rollout_shard (run, stage, iteration, path, sha256, num_rollouts, token) values (@Run, @Stage, @Iteration, @path, @Sha256, @NumRollouts, @Token) " +
            "on conflict (run, stage, iteration) do update set path = excluded.path, sha256 = excluded.sha256, num_rollouts = excluded.num_rollouts, token = excluded.token",
            new { lease.Run, lease.Stage, change.Shard.Iteration, path, change.Shard.Sha256, change.Shard.NumRollouts, lease.Token },
            transaction);
        return Transition(transaction, lease.Run, change);
    }) is not null;

    /// <inheritdoc/>
    public RunState? EndAttempt(Lease lease, AttemptEnded change, DateTimeOffset? reservedUntil) => Fenced(lease, transaction =>
    {
        transaction.Connection!.Execute(
            "update lease set expires_at = @expires where run = @Run and stage = @Stage",
            new { lease.Run, lease.Stage, expires = reservedUntil?.ToUnixTimeMilliseconds() ?? 0 },
            transaction);
        Insert(transaction, lease, change.Report.StepMetrics);
        var state = Transition(transaction, lease.Run, change);
        if (change.Report.Artifact is not null) InsertArtifact(transaction, state, lease, change);
        return state;
    });

    /// <inheritdoc/>
    public void ReleaseLeases(string run) => database.Write(transaction => FreeLeases(transaction, run));

    /// <inheritdoc/>
    public (string Run, string Stage)? InFlight(string key, string exceptRun, DateTimeOffset now) => database.Read(transaction => Holder(transaction, key, exceptRun, now));

    /// <inheritdoc/>
    public LiveLease? FindLiveLease(string run, DateTimeOffset now) => database.Read(transaction => LiveLeaseOf(transaction, run, now));

    /// <inheritdoc/>
    public KeyResult? FindResult(string key) => database.Read(transaction =>
        transaction.Connection!.QueryFirstOrDefault<StageRow>(
            $"select {StageRow.Columns} from stage where stage_key = @key and artifact_sha256 is not null and (state = 'done' or (state = 'failed' and failure = 'gate-missed')) " +
            "order by case state when 'done' then 0 else 1 end, ended_at desc",
            new { key },
            transaction)?.ToResult());

    /// <inheritdoc/>
    public (string KeyParts, string? Limits)? NewestDone(string pipeline, string stage) => database.Read(transaction =>
    {
        var row = transaction.Connection!.QueryFirstOrDefault<(string? KeyParts, string? Limits)?>(
            "select stage.key_parts, stage.limits from stage join run on run.id = stage.run " +
            "where run.pipeline = @pipeline and stage.name = @stage and stage.state = 'done' order by stage.ended_at desc",
            new { pipeline, stage },
            transaction);
        return row is { KeyParts: { } parts } found ? ((string KeyParts, string? Limits)?)(parts, found.Limits) : null;
    });

    /// <inheritdoc/>
    public IReadOnlyList<CheckpointRow> Checkpoints(string run, string? stage = null) => database.Read(transaction =>
        transaction.Connection!.Query<(string Stage, long Step, long Token, string State, string Folder, string Sha256, long Bytes)>(
            "select c.stage, c.step, c.token, c.state, c.folder, c.sha256, c.bytes from checkpoint c join stage s on s.run = c.run and s.name = c.stage " +
            "where c.run = @run and (@stage is null or c.stage = @stage) order by s.ordinal, c.step, c.token",
            new { run, stage },
            transaction).Select(row => new CheckpointRow(row.Stage, row.Step, row.Token, row.State, row.Folder, row.Sha256, row.Bytes)).ToList());

    /// <inheritdoc/>
    public bool DropCheckpoints(string run, string stage, IReadOnlyList<string> folders, DateTimeOffset now) => database.Write(transaction =>
    {
        if (LiveLeaseOf(transaction, run, now) is not null) return false;
        foreach (string folder in folders)
        {
            transaction.Connection!.Execute("delete from checkpoint where run = @run and stage = @stage and folder = @folder", new { run, stage, folder }, transaction);
        }
        return true;
    });

    /// <inheritdoc/>
    public IReadOnlyList<BorrowedCheckpoint> CheckpointsOfKey(string key, string exceptRun) => database.Read(transaction =>
        transaction.Connection!.Query<(string Run, string Stage, long Step, long Token, string State, string Folder, string Sha256, long Bytes)>(
            "select c.run, c.stage, c.step, c.token, c.state, c.folder, c.sha256, c.bytes from checkpoint c join stage s on s.run = c.run and s.name = c.stage " +
            "where s.stage_key = @key and c.run <> @exceptRun and c.state = 'committed' order by c.step desc, c.created_at desc",
            new { key, exceptRun },
            transaction).Select(row => new BorrowedCheckpoint(row.Run, new CheckpointRow(row.Stage, row.Step, row.Token, row.State, row.Folder, row.Sha256, row.Bytes))).ToList());

    /// <inheritdoc/>
    public IReadOnlyList<StepMetricsRow> Metrics(string run, string? stage = null) => database.Read(transaction =>
        transaction.Connection!.Query<(string Stage, long Step, long? Iteration, string Figures)>(
            "select m.stage, m.step, m.iteration, m.figures from step_metric m join stage s on s.run = m.run and s.name = m.stage " +
            "where m.run = @run and (@stage is null or m.stage = @stage) order by s.ordinal, m.step",
            new { run, stage },
            transaction).Select(row => new StepMetricsRow(row.Stage, new StepMetrics(row.Step, row.Iteration, JsonSerializer.Deserialize<Dictionary<string, double>>(row.Figures, ContractJson.Compact)!))).ToList());

    /// <inheritdoc/>
    public IReadOnlyList<(string Stage, RolloutShard Shard)> RolloutShards(string run, string? stage = null) => database.Read(transaction =>
        transaction.Connection!.Query<(string Stage, long Iteration, string Path, string Sha256, long NumRollouts)>(
            "select r.stage, r.iteration, r.path, r.sha256, r.num_rollouts from rollout_shard r join stage s on s.run = r.run and s.name = r.stage " +
            "where r.run = @run and (@stage is null or r.stage = @stage) order by s.ordinal, r.iteration",
            new { run, stage },
            transaction).Select(row => (row.Stage, new RolloutShard(row.Iteration, row.Path, row.Sha256, row.NumRollouts))).ToList());

    /// <inheritdoc/>
    public IReadOnlyList<RunEventRow> Events(string run, long after = 0) => database.Read(transaction =>
        transaction.Connection!.Query<(string Run, long Sequence, string? Stage, string Kind, string Json, long At)>(
            "select run, sequence, stage, kind, json, at from event where run = @run and sequence > @after order by sequence",
            new { run, after },
            transaction).Select(row => new RunEventRow(row.Run, row.Sequence, row.Stage, row.Kind, row.Json, DateTimeOffset.FromUnixTimeMilliseconds(row.At))).ToList());

    /// <inheritdoc/>
    public string? RememberedHash(string path, long length, long modifiedTicks) => database.Read(transaction =>
        transaction.Connection!.QueryFirstOrDefault<string>(
            "select sha256 from file_hash where path = @path and length = @length and modified = @modifiedTicks", new { path, length, modifiedTicks }, transaction));

    /// <inheritdoc/>
    public void RememberHash(string path, long length, long modifiedTicks, string sha256) => database.Write(transaction => transaction.Connection!.Execute(
        "insert into file_hash (path, length, modified, sha256) values (@path, @length, @modifiedTicks, @sha256) " +
        "on conflict (path) do update set length = excluded.length, modified = excluded.modified, sha256 = excluded.sha256",
        new { path, length, modifiedTicks, sha256 },
        transaction));

    /// <inheritdoc/>
    public void Dispose() => database.Dispose();

    private static RunState Transition(DbTransaction transaction, string run, RunChange change, bool journal = true)
    {
        var before = RunTables.Require(transaction, run);
        var after = RunTransitions.Apply(before, change);
        RunTables.Save(transaction, before, after);
        if (journal) RunTables.Append(transaction, run, change);
        return after;
    }

    /// <summary>Runs a write of an attempt, unless a newer token was given out since.</summary>
    private RunState? Fenced(Lease lease, Func<DbTransaction, RunState> work) => database.Write(transaction =>
    {
        long? token = transaction.Connection!.QuerySingleOrDefault<long?>("select token from lease where run = @Run and stage = @Stage", lease, transaction);
        return token == lease.Token ? work(transaction) : null;
    });

    private static void Extend(DbTransaction transaction, Lease lease, DateTimeOffset expires) => transaction.Connection!.Execute(
        "update lease set expires_at = @expires where run = @Run and stage = @Stage",
        new { lease.Run, lease.Stage, expires = expires.ToUnixTimeMilliseconds() },
        transaction);

    private static int FreeLeases(DbTransaction transaction, string run) =>
        transaction.Connection!.Execute("update lease set token = token + 1, expires_at = 0 where run = @run", new { run }, transaction);

    /// <summary>Drops what a stage committed before it is computed again. Its journal and its attempts stay.</summary>
    private static void Forget(DbTransaction transaction, string run, string stage)
    {
        foreach (string table in new[] { "checkpoint", "step_metric", "rollout_shard" })
        {
            transaction.Connection!.Execute($"delete from {table} where run = @run and stage = @stage", new { run, stage }, transaction);
        }
    }

    /// <summary>Figures and rollouts of the steps before a borrowed checkpoint, under the borrower's name: it will not compute them.</summary>
    private static void CopyHistory(DbTransaction transaction, BorrowedCheckpoint borrowed, Lease lease)
    {
        var row = new { lease.Run, lease.Stage, lease.Token, fromRun = borrowed.Run, fromStage = borrowed.Checkpoint.Stage, borrowed.Checkpoint.Step };
        transaction.Connection!.Execute(
            "insert into step_metric (run, stage, step, iteration, figures, token) " +
            "select @Run, @Stage, step, iteration, figures, @Token from step_metric where run = @fromRun and stage = @fromStage and step <= @Step " +
            "on conflict (run, stage, step) do nothing",
            row,
            transaction);
        transaction.Connection!.Execute(
            "insert into rollout_shard (run, stage, iteration, path, sha256, num_rollouts, token) " +
            "select @Run, @Stage, iteration, path, sha256, num_rollouts, @Token from rollout_shard where run = @fromRun and stage = @fromStage and iteration <= " +
            "(select max(iteration) from step_metric where run = @fromRun and stage = @fromStage and step <= @Step) " +
            "on conflict (run, stage, iteration) do nothing",
            row,
            transaction);
    }

    private static (string Run, string Stage)? Holder(DbTransaction transaction, string key, string exceptRun, DateTimeOffset now) =>
        transaction.Connection!.QueryFirstOrDefault<(string Run, string Stage)?>(
            "select run, stage from lease where stage_key = @key and run <> @exceptRun and expires_at > @now order by expires_at desc",
            new { key, exceptRun, now = now.ToUnixTimeMilliseconds() },
            transaction);

    private static LiveLease? LiveLeaseOf(DbTransaction transaction, string run, DateTimeOffset now) =>
        transaction.Connection!.QueryFirstOrDefault<(string Stage, string Owner, long Expires)?>(
            "select lease.stage, lease.owner, lease.expires_at from lease join run on run.id = lease.run " +
            "where run.id = @run and run.state = 'running' and lease.expires_at > @now order by lease.expires_at desc",
            new { run, now = now.ToUnixTimeMilliseconds() },
            transaction) is { } found ? new LiveLease(found.Stage, found.Owner, DateTimeOffset.FromUnixTimeMilliseconds(found.Expires)) : null;

    private static void Insert(DbTransaction transaction, Lease lease, IReadOnlyList<StepMetrics> metrics)
    {
        // A step that is repeated after a fall-back to an older checkpoint gives the same figures again: one row a step, always.
        foreach (var step in metrics)
        {
            transaction.Connection!.Execute(
                "insert into step_metric (run, stage, step, iteration, figures, token) values (@Run, @Stage, @Step, @Iteration, @figures, @Token) " +
                "on conflict (run, stage, step) do update set iteration = excluded.iteration, figures = excluded.figures, token = excluded.token",
                new { lease.Run, lease.Stage, step.Step, step.Iteration, figures = JsonSerializer.Serialize(step.Values, ContractJson.Compact), lease.Token },
                transaction);
        }
    }

    private static void InsertArtifact(DbTransaction transaction, RunState state, Lease lease, AttemptEnded change)
    {
        var stage = state.Stage(lease.Stage);
        var row = new
        {
            change.Report.Artifact!.Sha256,
            Kind = change.Report.Artifact.Kind.Word(),
            lease.Run,
            lease.Stage,
            stage.Attempts[^1].Number,
            lease.Token,
            stage.Key,
            At = change.At.ToUnixTimeMilliseconds(),
        };
        transaction.Connection!.Execute("insert into artifact (sha256, kind, created_at) values (@Sha256, @Kind, @At) on conflict (sha256) do nothing", row, transaction);
        transaction.Connection!.Execute(
            "insert into provenance (sha256, run, stage, attempt, token, stage_key, created_at) values (@Sha256, @Run, @Stage, @Number, @Token, @Key, @At)", row, transaction);
    }
}
