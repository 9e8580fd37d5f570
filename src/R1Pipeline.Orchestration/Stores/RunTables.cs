using System.Data.Common;
using System.Text.Json;
using Dapper;
using R1Pipeline.Contracts;
using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Orchestration.Stores;

/// <summary>
/// A <see cref="RunState"/> in tables <c>run</c>, <c>stage</c>, <c>attempt</c> and <c>event</c>, in SQL that SQLite and PostgreSQL read alike.
/// Works inside the caller's transaction and commits nothing.
/// </summary>
internal static class RunTables
{
    public static RunState? Load(DbTransaction transaction, string run)
    {
        var connection = transaction.Connection!;
        var row = connection.QuerySingleOrDefault<RunRow>($"select {RunRow.Columns} from run where id = @run", new { run }, transaction);
        if (row is null) return null;
        var attempts = connection.Query<AttemptRow>($"select {AttemptRow.Columns} from attempt where run = @run order by stage, number", new { run }, transaction)
            .ToLookup(attempt => attempt.Stage, attempt => attempt.ToState());
        var stages = connection.Query<StageRow>($"select {StageRow.Columns} from stage where run = @run order by ordinal", new { run }, transaction)
            .Select(stage => stage.ToState([.. attempts[stage.Name]]));
        return row.ToState([.. stages]);
    }

    public static RunState Require(DbTransaction transaction, string run) =>
        Load(transaction, run) ?? throw new KeyNotFoundException($"there is no run '{run}' in this state folder");

    public static void Insert(DbTransaction transaction, RunState run, string definition)
    {
        var connection = transaction.Connection!;
        var row = RunRow.Of(run);
        connection.Execute(
            "insert into run (id, pipeline, definition_sha256, definition, state, owner_pid, cancel_requested, priority, created_at, ended_at) " +
            "values (@Id, @Pipeline, @DefinitionSha256, @definition, @State, @OwnerPid, @CancelRequested, @Priority, @CreatedAt, @EndedAt)",
            new { row.Id, row.Pipeline, row.DefinitionSha256, definition, row.State, row.OwnerPid, row.CancelRequested, row.Priority, row.CreatedAt, row.EndedAt },
            transaction);
        for (int i = 0; i < run.Stages.Count; i++)
        {
            connection.Execute(
                "insert into stage (run, ordinal, name, uses, state) values (@Run, @Ordinal, @Name, @Uses, @State)",
                StageRow.Of(run.Id, i, run.Stages[i]),
                transaction);
        }
    }

    /// <summary>Writes what differs between two states of a run.</summary>
    public static void Save(DbTransaction transaction, RunState before, RunState after)
    {
        var connection = transaction.Connection!;
        connection.Execute(
            "update run set state = @State, owner_pid = @OwnerPid, owner_number = @OwnerNumber, cancel_requested = @CancelRequested, priority = @Priority, ended_at = @EndedAt where id = @Id",
            RunRow.Of(after),
            transaction);
        for (int i = 0; i < after.Stages.Count; i++)
        {
            if (ReferenceEquals(before.Stages[i], after.Stages[i])) continue;
            connection.Execute(UpdateStage, StageRow.Of(after.Id, i, after.Stages[i]), transaction);
            foreach (var attempt in after.Stages[i].Attempts.Except(before.Stages[i].Attempts))
            {
                connection.Execute(UpsertAttempt, AttemptRow.Of(after.Id, after.Stages[i].Name, attempt), transaction);
            }
        }
    }

    /// <summary>Appends to the journal.</summary>
    public static void Append(DbTransaction transaction, string run, RunChange change)
    {
        var connection = transaction.Connection!;
        connection.Execute(
            "insert into event (run, sequence, stage, kind, json, at) select id, next_event, @stage, @kind, @json, @at from run where id = @run",
            new
            {
                run,
                stage = change.Subject,
                kind = JsonNamingPolicy.KebabCaseLower.ConvertName(change.GetType().Name),
                json = JsonSerializer.Serialize(change, change.GetType(), ContractJson.Compact),
                at = change.At.ToUnixTimeMilliseconds(),
            },
            transaction);
        connection.Execute("update run set next_event = next_event + 1 where id = @run", new { run }, transaction);
    }

    private const string UpdateStage =
        """
        update stage set
          state = @State, stage_key = @StageKey, key_parts = @KeyParts, limits = @Limits, cached = @Cached, origin_run = @OriginRun, origin_stage = @OriginStage,
          steps_done = @StepsDone, steps_planned = @StepsPlanned, artifact_kind = @ArtifactKind, artifact_sha256 = @ArtifactSha256, metrics = @Metrics, data = @Data,
          failure = @Failure, message = @Message, failures = @Failures, micro_batch_limit = @MicroBatchLimit, accept_missed_gates = @AcceptMissedGates,
          fresh = @Fresh, phase = @Phase, live = @Live, started_at = @StartedAt, ended_at = @EndedAt
        where run = @Run and name = @Name
        """;

    private const string UpsertAttempt =
        """
        insert into attempt (run, stage, number, token, outcome, failure, message, resumed_from, borrowed_from, steps_done, steps_executed, peak_resident_bytes, micro_batch_limit, started_at, seen_at, ended_at)
        values (@Run, @Stage, @Number, @Token, @Outcome, @Failure, @Message, @ResumedFrom, @BorrowedFrom, @StepsDone, @StepsExecuted, @PeakResidentBytes, @MicroBatchLimit, @StartedAt, @SeenAt, @EndedAt)
        on conflict (run, stage, number) do update set
          outcome = excluded.outcome, failure = excluded.failure, message = excluded.message, resumed_from = excluded.resumed_from,
          steps_done = excluded.steps_done, steps_executed = excluded.steps_executed, peak_resident_bytes = excluded.peak_resident_bytes, seen_at = excluded.seen_at, ended_at = excluded.ended_at
        """;
}
