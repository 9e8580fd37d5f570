using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Tests.Orchestration;

/// <summary>What every store promises, whatever database it is in. A subclass brings the database.</summary>
public abstract class RunStoreTests : IDisposable
{
    private static readonly DateTimeOffset Later = Some.Time.AddSeconds(30);

    private readonly Func<IRunStore> _open;
    private readonly IRunStore _store;

    /// <param name="open">Opens the test's own database, empty at first; also a second time, as another process would.</param>
    protected RunStoreTests(Func<IRunStore> open)
    {
        _open = open;
        _store = open();
    }

    public virtual void Dispose()
    {
        _store.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs statements in the test's database, past the store.</summary>
    protected abstract void Execute(string sql);

    /// <summary>Opens a store over a fresh database that only knew the first migration when it was given <paramref name="data"/>.</summary>
    protected abstract IRunStore OpenFirstVersion(string data);

    /// <summary>Opens stores over a fresh database.</summary>
    protected abstract Func<IRunStore> Fresh();

    [Fact]
    public void Find_AfterEveryKindOfChange_ReturnsTheStateThatTheTransitionsGave()
    {
        Create("run-1", "a", "b");
        var lease = Start("run-1");
        _store.Renew(lease, new AttemptProgressed(Some.Time, "a", lease.Token, Some.Heartbeat()), Later);
        Commit(lease, 2);
        var given = _store.EndAttempt(lease, Some.Ended(StageFailureClass.OutOfMemory, FailureDecision.RetryWithSmallerMicroBatch, 4), reservedUntil: null)!;

        using var another = _open();
        var found = another.Find("run-1")!;

        Assert.Equivalent(given, found, strict: true);
        Assert.Equal((4, StageFailureClass.OutOfMemory, "because"), (found.Stage("a").MicroBatchLimit, found.Stage("a").Failure, found.Stage("a").Message));
    }

    [Fact]
    public void Runs_Priority_IsKept()
    {
        _store.Create(Some.Run() with { Priority = -3 }, "{}");
        _store.Apply("run-1", new RunTakenOver(Some.Time, 1));

        Assert.Equal((-3, -3), (_store.Find("run-1")!.Priority, Assert.Single(_store.Runs()).Priority));
    }

    [Fact]
    public void StartAttempt_TokensOnlyGrow()
    {
        Create("run-1", "a");
        var first = Start("run-1");
        _store.EndAttempt(first, Some.Ended(StageFailureClass.NativeCrash, FailureDecision.Retry), null);

        Assert.True(Start("run-1").Token > first.Token);
    }

    [Fact]
    public void EveryWriteOfAnAttempt_AfterATakeover_IsFencedAndChangesNothing()
    {
        Create("run-1", "a");
        var old = Start("run-1");
        _store.Apply("run-1", new RunTakenOver(Some.Time, 2));
        var before = _store.Find("run-1");

        Assert.False(_store.Renew(old, new AttemptProgressed(Some.Time, "a", old.Token, Some.Heartbeat()), Later));
        Assert.Null(_store.Commit(old, new CheckpointCommitted(Some.Time, "a", old.Token, Some.Checkpoint(2)), Steps(1, 2), "f", [], Later));
        Assert.False(_store.Commit(old, new RolloutsCommitted(Some.Time, "a", old.Token, new RolloutShard(1, "/p", "s", 4)), "p", Later));
        Assert.Null(_store.EndAttempt(old, Some.Done(token: old.Token), null));
        Assert.Equivalent(before, _store.Find("run-1"), strict: true);
        Assert.Empty(_store.Metrics("run-1"));
        Assert.Empty(_store.RolloutShards("run-1"));
        Assert.Empty(_store.Checkpoints("run-1"));
    }

    [Fact]
    public void Write_ThatDoesNotFitTheState_LeavesNothingBehind()
    {
        Create("run-1", "a");
        var lease = Start("run-1");
        _store.EndAttempt(lease, Some.Done(token: lease.Token), null);

        Assert.Throws<InvalidOperationException>(() => Commit(lease, 2));
        Assert.Empty(_store.Checkpoints("run-1"));
        Assert.Empty(_store.Metrics("run-1"));
    }

    [Fact]
    public void Metrics_StepsThatAreRepeatedAfterAFallBack_StandOnce()
    {
        Create("run-1", "a");
        var lease = Start("run-1");
        Commit(lease, 2, Steps(1, 2));
        Commit(lease, 4, Steps(3, 4));
        _store.EndAttempt(lease, Some.Ended(StageFailureClass.NativeCrash, FailureDecision.Retry), null);
        lease = Start("run-1");
        _store.EndAttempt(lease, Some.Done(token: lease.Token) with { Report = Some.Done().Report with { StepMetrics = Steps(3, 4, 5) } }, null);

        Assert.Equal([1, 2, 3, 4, 5], _store.Metrics("run-1").Select(row => row.Metrics.Step));
    }

    [Fact]
    public void Metrics_FiguresThatAreNotFinite_ComeBack()
    {
        Create("run-1", "a");
        var lease = Start("run-1");
        Commit(lease, 2, [new StepMetrics(1, 7, new Dictionary<string, double> { ["loss"] = double.NaN, ["kl"] = 0.25 })]);

        var row = Assert.Single(_store.Metrics("run-1", "a")).Metrics;
        Assert.Equal((7L, double.NaN, 0.25), (row.Iteration!.Value, row.Values["loss"], row.Values["kl"]));
    }

    [Fact]
    public void Checkpoints_Superseded_AreMarkedInTheSameTransaction()
    {
        Create("run-1", "a");
        var lease = Start("run-1");
        Commit(lease, 2);
        _store.Commit(lease, new CheckpointCommitted(Some.Time, "a", lease.Token, Some.Checkpoint(4)), Steps(3, 4), "step-4", ["step-2"], Later);

        Assert.Equal([("step-2", "superseded"), ("step-4", "committed")], _store.Checkpoints("run-1").Select(row => (row.Folder, row.State)));
    }

    [Fact]
    public void RolloutShards_RepeatedIteration_StandsOnce()
    {
        Create("run-1", "a");
        var lease = Start("run-1");
        foreach (int iteration in new[] { 1, 2, 2 })
        {
            Assert.True(_store.Commit(lease, new RolloutsCommitted(Some.Time, "a", lease.Token, new RolloutShard(iteration, "/p", "s", 4)), $"p{iteration}", Later));
        }

        Assert.Equal([1, 2], _store.RolloutShards("run-1").Select(row => row.Shard.Iteration));
    }

    [Fact]
    public void StartAttempt_KeyInFlightInAnotherRun_IsRefusedUntilTheLeaseEndsOrExpires()
    {
        Create("run-1", "a");
        Create("run-2", "a");
        var lease = Start("run-1");

        var busy = _store.StartAttempt("run-2", Some.Started(), "me", Later);
        Assert.Equal((null, "run-1", "a"), (busy.Lease, busy.BusyRun, busy.BusyStage));
        Assert.Equal(("run-1", "a"), _store.InFlight("key", "run-2", Some.Time));
        Assert.Null(_store.InFlight("key", "run-2", Later.AddSeconds(1)));
        Assert.Equal(ExecutionState.Waiting, _store.Find("run-2")!.Stage("a").State);

        _store.EndAttempt(lease, Some.Done(token: lease.Token), null);
        Assert.NotNull(_store.StartAttempt("run-2", Some.Started(), "me", Later).Lease);
    }

    [Fact]
    public void EndAttempt_BeforeARetry_KeepsTheKeyReserved()
    {
        Create("run-1", "a");
        Create("run-2", "a");
        _store.EndAttempt(Start("run-1"), Some.Ended(StageFailureClass.NativeCrash, FailureDecision.Retry), reservedUntil: Later);

        Assert.Null(_store.StartAttempt("run-2", Some.Started(), "me", Later).Lease);
        _store.ReleaseLeases("run-1");
        Assert.NotNull(_store.StartAttempt("run-2", Some.Started(), "me", Later).Lease);
    }

    [Fact]
    public void FindLiveLease_OfARunAtWork_IsThereUntilItIsOver()
    {
        Create("run-1", "a");
        Assert.Null(_store.FindLiveLease("run-1", Some.Time));
        var lease = Start("run-1");

        Assert.Equal(new LiveLease("a", "me", Later), _store.FindLiveLease("run-1", Some.Time));
        Assert.Null(_store.FindLiveLease("run-2", Some.Time));
        Assert.Null(_store.FindLiveLease("run-1", Later));

        // Reserved for a retry: its owner lives. A run at rest has none, whatever was reserved.
        _store.EndAttempt(lease, Some.Ended(StageFailureClass.NativeCrash, FailureDecision.Retry), reservedUntil: Later);
        Assert.NotNull(_store.FindLiveLease("run-1", Some.Time));
        _store.Apply("run-1", new RunConcluded(Some.Time, StopRequested: true));
        Assert.Null(_store.FindLiveLease("run-1", Some.Time));
    }

    [Fact]
    public void DropCheckpoints_OfARunWithALiveLease_IsRefusedAndDropsNothing()
    {
        Create("run-1", "a");
        Commit(Start("run-1"), 2);

        Assert.False(_store.DropCheckpoints("run-1", "a", ["step-2"], Some.Time));
        Assert.Single(_store.Checkpoints("run-1"));
        Assert.True(_store.DropCheckpoints("run-1", "a", ["step-2"], Later));
        Assert.Empty(_store.Checkpoints("run-1"));
    }

    [Fact]
    public void FindResult_PrefersDoneToAMissedGate_AndNamesTheRunThatComputedIt()
    {
        Create("run-1", "a");
        Create("run-2", "a");
        Create("run-3", "a");
        var lease = Start("run-1");
        _store.EndAttempt(lease, new AttemptEnded(Some.Time, "a", lease.Token, new StageReport { Artifact = Some.Model, Failure = StageFailureClass.GateMissed, Message = "m" }, FailureDecision.Fail, null), null);
        Assert.Equal(StageFailureClass.GateMissed, _store.FindResult("key")!.Failure);

        lease = Start("run-2");
        _store.EndAttempt(lease, Some.Done(token: lease.Token), null);
        _store.Apply("run-3", new StageReused(Later, "a", "key", "{}", "{}", _store.FindResult("key")!));

        Assert.Equal(("run-2", ExecutionState.Done), (_store.FindResult("key")!.Run, _store.FindResult("key")!.State));
        Assert.Null(_store.FindResult("another"));
    }

    [Fact]
    public void NewestUnfinished_SkipsDoneAndCancelled()
    {
        Create("run-1", "a");
        Create("run-2", "a");
        _store.Apply("run-2", new CancelRequested(Some.Time));
        _store.Apply("run-2", new RunConcluded(Some.Time, false));

        Assert.Equal("run-1", _store.NewestUnfinished("d"));
        Assert.Null(_store.NewestUnfinished("other"));
    }

    [Fact]
    public void StageReset_DropsFiguresRolloutsAndCheckpoints()
    {
        Create("run-1", "a");
        var lease = Start("run-1");
        Commit(lease, 2);
        _store.EndAttempt(lease, Some.Done(token: lease.Token), null);

        _store.Apply("run-1", new StageReset(Some.Time, "a"));

        Assert.Empty(_store.Metrics("run-1"));
        Assert.Empty(_store.Checkpoints("run-1"));
    }

    [Fact]
    public void Events_AreNumberedWithoutGapsAndHeartbeatsAreNotAmongThem()
    {
        Create("run-1", "a");
        var lease = Start("run-1");
        _store.Renew(lease, new AttemptProgressed(Some.Time, "a", lease.Token, Some.Heartbeat()), Later);
        Commit(lease, 2);

        var events = _store.Events("run-1");
        Assert.Equal([(1, "run-taken-over"), (2, "attempt-started"), (3, "checkpoint-committed")], events.Select(row => ((int)row.Sequence, row.Kind)));
        Assert.Equal([3L], _store.Events("run-1", after: 2).Select(row => row.Sequence));
    }

    [Fact]
    public async Task StartAttempt_ManyWritersRacingForOneKey_ExactlyOneWins()
    {
        const int Runs = 8;
        for (int i = 0; i < Runs; i++) Create($"run-{i}", "a");

        var grants = await Task.WhenAll(Enumerable.Range(0, Runs).Select(i => Task.Run(() =>
        {
            using var store = _open();
            return store.StartAttempt($"run-{i}", Some.Started(), "me", Later);
        })));

        var winner = Assert.Single(grants, grant => grant.Lease is not null);
        Assert.All(grants.Where(grant => grant.Lease is null), grant => Assert.Equal(winner.Lease!.Run, grant.BusyRun));
    }

    [Fact]
    public async Task Open_ByManyAtOnce_MigratesOnce()
    {
        var open = Fresh();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => open().Dispose())));

        using var store = open();
        Assert.Empty(store.Runs());
    }

    [Fact]
    public void Open_DatabaseOfANewerVersion_IsRefused()
    {
        Execute("insert into SchemaVersions (ScriptName, Applied) values ('9999-future.sql', '2030-01-01')");

        var refusal = Assert.Throws<RunRefusedException>(() => _open());
        Assert.Equal(4, refusal.ExitCode);
        Assert.Contains("9999-future.sql", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_DatabaseOfTheFirstVersion_IsUpgradedWithItsData()
    {
        using var store = OpenFirstVersion(
            """
            insert into run (id, pipeline, definition_sha256, definition, state, created_at) values ('old', 'p', 'd', '{}', 'interrupted', 1000);
            insert into stage (run, ordinal, name, uses, state, stage_key) values ('old', 0, 'a', 'cold-start', 'interrupted', 'key');
            insert into attempt (run, stage, number, token, outcome, started_at) values ('old', 'a', 1, 1, 'interrupted', 1000);
            insert into lease (run, stage, token, stage_key, owner, expires_at) values ('old', 'a', 1, 'key', 'me', 0);
            insert into checkpoint (run, stage, folder, step, token, state, sha256, bytes, created_at) values ('old', 'a', 'f', 2, 1, 'committed', 'c', 9, 1000);
            insert into step_metric (run, stage, step, figures, token) values ('old', 'a', 2, '{"loss":0.5}', 1);
            """);

        var found = store.Find("old")!;
        Assert.Equal((0, ExecutionState.Interrupted), (found.Priority, found.State));
        Assert.Null(Assert.Single(found.Stage("a").Attempts).SeenAt);
        Assert.Equal((2L, 0.5), (Assert.Single(store.Checkpoints("old")).Step, Assert.Single(store.Metrics("old")).Metrics.Values["loss"]));
        store.Apply("old", new RunTakenOver(Some.Time, 7));
        Assert.True(store.StartAttempt("old", Some.Started(), "me", Later).Lease!.Token > 1);
    }

    [Fact]
    public void Lease_WallClockJumpsBackAnHour_IsNeitherLostNorDoubled()
    {
        Create("run-1", "a");
        Create("run-2", "a");
        var lease = Start("run-1");
        var jumped = Some.Time.AddHours(-1);

        Assert.Equal("run-1", _store.StartAttempt("run-2", Some.Started() with { At = jumped }, "me", jumped.AddSeconds(30)).BusyRun);
        Assert.True(_store.Renew(lease, new AttemptProgressed(jumped.AddSeconds(1), "a", lease.Token, Some.Heartbeat()), jumped.AddSeconds(31)));
        Assert.Equal(("run-1", "a"), _store.InFlight("key", "run-2", jumped.AddSeconds(30)));
        Assert.Equal("run-1", _store.StartAttempt("run-2", Some.Started() with { At = jumped.AddSeconds(30) }, "me", jumped.AddSeconds(60)).BusyRun);

        // From here on the new time counts: a lease that nobody renews ends by it, and not an hour later.
        Assert.NotNull(_store.StartAttempt("run-2", Some.Started() with { At = jumped.AddSeconds(32) }, "me", jumped.AddSeconds(62)).Lease);
    }

    [Fact]
    public void Messages_AnyCharacter_ComeBackReadable()
    {
        Create("run-1", "a");
        var lease = Start("run-1");
        var ended = Some.Ended(StageFailureClass.NativeCrash, FailureDecision.Fail);

        _store.EndAttempt(lease, ended with { Report = ended.Report with { Message = "a\0b \ud800 \u4f60\u597d 'c'" } }, null);

        Assert.Equal("a\ufffdb \ufffd \u4f60\u597d 'c'", _store.Find("run-1")!.Stage("a").Message);
    }

    [Fact]
    public void RememberedHash_ChangedFile_IsForgotten()
    {
        _store.RememberHash("/f", 10, 100, "aa");
        _store.RememberHash("/f", 11, 100, "bb");

        Assert.Equal("bb", _store.RememberedHash("/f", 11, 100));
        Assert.Null(_store.RememberedHash("/f", 10, 100));
        Assert.Null(_store.RememberedHash("/f", 11, 101));
    }

    private void Create(string run, params string[] stages)
    {
        _store.Create(Some.Run([.. stages.Select(name => Some.Stage(name: name))]) with { Id = run, State = ExecutionState.Waiting }, "{}");
        _store.Apply(run, new RunTakenOver(Some.Time, 1));
    }

    private Lease Start(string run) => _store.StartAttempt(run, Some.Started(), "me", Later).Lease!;

    private void Commit(Lease lease, long step, IReadOnlyList<StepMetrics>? metrics = null) =>
        Assert.NotNull(_store.Commit(lease, new CheckpointCommitted(Some.Time, "a", lease.Token, Some.Checkpoint(step)), metrics ?? Steps(step), $"step-{step}", [], Later));

    private static IReadOnlyList<StepMetrics> Steps(params long[] steps) => [.. steps.Select(step => new StepMetrics(step, null, new Dictionary<string, double> { ["loss"] = 1.0 / step }))];
}
