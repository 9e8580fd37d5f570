using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Runs;
using static R1Pipeline.Orchestration.Runs.ExecutionState;

namespace R1Pipeline.Tests.Orchestration;

public sealed class RunTransitionsTests
{
    private static readonly StageState MissedGate = Some.Stage(Failed) with { Failure = StageFailureClass.GateMissed, Artifact = Some.Model, Message = "0.4 < 0.5" };

    /// <summary>Every stage state against every change about a stage: the state after it, or null where the change does not fit.</summary>
    public static TheoryData<ExecutionState, string, ExecutionState?> Matrix()
    {
        var expected = new Dictionary<string, Dictionary<ExecutionState, ExecutionState>>
        {
            ["reused"] = new() { [Waiting] = Done },
            ["reused-missed-gate"] = new() { [Waiting] = Failed },
            ["started"] = new() { [Waiting] = Running },
            ["progressed"] = new() { [Running] = Running },
            ["checkpoint"] = new() { [Running] = Running },
            ["rollouts"] = new() { [Running] = Running },
            ["ended-done"] = new() { [Running] = Done },
            ["ended-fail"] = new() { [Running] = Failed },
            ["ended-retry"] = new() { [Running] = Waiting },
            ["ended-smaller"] = new() { [Running] = Waiting },
            ["ended-interrupt"] = new() { [Running] = Interrupted },
            ["refused"] = new() { [Waiting] = Failed },
            ["accepted"] = Enum.GetValues<ExecutionState>().ToDictionary(state => state),
            ["reset"] = Enum.GetValues<ExecutionState>().Where(state => state != Running).ToDictionary(state => state, _ => Waiting),
            ["taken-over"] = Enum.GetValues<ExecutionState>().ToDictionary(state => state, state => state == Done ? Done : Waiting),
        };
        var data = new TheoryData<ExecutionState, string, ExecutionState?>();
        foreach (string change in expected.Keys)
        {
            foreach (var state in Enum.GetValues<ExecutionState>()) data.Add(state, change, expected[change].TryGetValue(state, out var after) ? after : null);
        }
        return data;
    }

    [Theory, MemberData(nameof(Matrix))]
    public void Apply_EveryStateAndChange_LeadsToOneStateOrIsRefused(ExecutionState before, string change, ExecutionState? after)
    {
        var run = Some.Run(Some.Stage(before));

        if (after is null) Assert.Throws<InvalidOperationException>(() => RunTransitions.Apply(run, Change(change)));
        else Assert.Equal(after, RunTransitions.Apply(run, Change(change)).Stage("a").State);
    }

    [Theory]
    [InlineData(Waiting), InlineData(Done), InlineData(Failed), InlineData(Interrupted), InlineData(Cancelled)]
    public void Apply_StageChangeOnARunAtRest_IsRefused(ExecutionState state)
    {
        var run = Some.Run() with { State = state };

        Assert.Throws<InvalidOperationException>(() => RunTransitions.Apply(run, Some.Started()));
    }

    [Fact]
    public void Apply_OlderToken_IsRefused()
    {
        var run = Some.Run(Some.Stage(Running));

        Assert.Throws<InvalidOperationException>(() => RunTransitions.Apply(run, Some.Done(token: 7)));
    }

    [Theory]
    [InlineData("started"), InlineData("reused"), InlineData("refused"), InlineData("concluded")]
    public void Apply_ChangeOfAnEarlierOwner_IsRefused(string change)
    {
        var run = RunTransitions.Apply(RunTransitions.Apply(Some.Run(), new RunTakenOver(Some.Time, 1)), new RunTakenOver(Some.Time, 2));

        Assert.Equal(2, run.OwnerNumber);
        Assert.Throws<OwnerReplacedException>(() => RunTransitions.Apply(run, Change(change) with { Owner = 1 }));
        RunTransitions.Apply(run, Change(change) with { Owner = 2 });
    }

    [Fact]
    public void Apply_DoneWithoutArtifact_IsRefused() => Assert.Throws<InvalidOperationException>(() =>
        RunTransitions.Apply(Some.Run(Some.Stage(Running)), new AttemptEnded(Some.Time, "a", 1, new StageReport(), null, null)));

    [Fact]
    public void AttemptStarted_NumbersAttemptsAndClearsTheLastFailure()
    {
        var stage = Some.Stage() with { Attempts = [Some.Attempt(outcome: AttemptOutcome.Failed)], Failure = StageFailureClass.NativeCrash, MicroBatchLimit = 4 };

        var after = RunTransitions.Apply(Some.Run(stage), Some.Started(token: 9)).Stage("a");

        Assert.Equal((2, 9L, 4), (after.Attempts[1].Number, after.Attempts[1].Token, after.Attempts[1].MicroBatchLimit));
        Assert.Null(after.Failure);
    }

    [Fact]
    public void AttemptProgressed_KeepsFiguresAndThePeak()
    {
        var run = RunTransitions.Apply(Some.Run(Some.Stage(Running)), new AttemptProgressed(Some.Time, "a", 1, Some.Heartbeat() with { ResidentBytes = 900 }));
        var after = RunTransitions.Apply(run, new AttemptProgressed(Some.Time, "a", 1, Some.Heartbeat(6))).Stage("a");

        Assert.Equal((6L, 10L, "update"), (after.StepsDone, after.StepsPlanned, after.Phase));
        Assert.Equal((6L, 900L), (after.Attempts[0].StepsExecuted, after.Attempts[0].PeakResidentBytes));
    }

    [Fact]
    public void AttemptEnded_OutOfMemory_CountsAndLowersTheMicroBatch()
    {
        var after = RunTransitions.Apply(Some.Run(Some.Stage(Running)), Some.Ended(StageFailureClass.OutOfMemory, FailureDecision.RetryWithSmallerMicroBatch, 8)).Stage("a");

        Assert.Equal((1, 8, AttemptOutcome.Failed), (after.Failures, after.MicroBatchLimit, after.Attempts[0].Outcome));
    }

    [Fact]
    public void AttemptEnded_Interrupted_DoesNotCount()
    {
        var after = RunTransitions.Apply(Some.Run(Some.Stage(Running)), Some.Ended(StageFailureClass.Interrupted, FailureDecision.Interrupt)).Stage("a");

        Assert.Equal((0, AttemptOutcome.Interrupted), (after.Failures, after.Attempts[0].Outcome));
    }

    [Theory]
    [InlineData(Failed)]
    [InlineData(Cancelled)]
    [InlineData(Interrupted)]
    public void RunQueued_RunAtRest_WaitsWithAllThatIsUnfinished(ExecutionState rest)
    {
        var run = Some.Run(Some.Stage(Done), Some.Stage(rest, "b")) with { State = rest, OwnerPid = 7, EndedAt = Some.Time };

        var after = RunTransitions.Apply(run, new RunQueued(Some.Time));

        Assert.Equal((Waiting, null, null), (after.State, after.OwnerPid, after.EndedAt));
        Assert.Equal([Done, Waiting], after.Stages.Select(stage => stage.State));
    }

    [Fact]
    public void PriorityChanged_RunningRun_ChangesNothingElse()
    {
        var run = Some.Run(Some.Stage(Running));

        Assert.Equal(run with { Priority = 3 }, RunTransitions.Apply(run, new PriorityChanged(Some.Time, 3)));
    }

    [Fact]
    public void RunTakenOver_LongAfterTheLastSignOfLife_TheLostAttemptEndsThere()
    {
        var seen = RunTransitions.Apply(Some.Run(Some.Stage(Running)), new AttemptProgressed(Some.Time.AddSeconds(90), "a", 1, Some.Heartbeat()));

        var stage = RunTransitions.Apply(seen, new RunTakenOver(Some.Time.AddDays(1), 2)).Stage("a");

        Assert.Equal(Some.Time.AddSeconds(90), stage.Attempts[0].EndedAt);
        Assert.Equal(TimeSpan.FromSeconds(90), stage.WallTime);
    }

    [Fact]
    public void RunTakenOver_AttemptOfADeadOwner_IsLostWithoutCounting()
    {
        var after = RunTransitions.Apply(Some.Run(Some.Stage(Running) with { Failures = 2 }), new RunTakenOver(Some.Time, 42));

        Assert.Equal(42, after.OwnerPid);
        Assert.Equal((AttemptOutcome.Lost, 2, Waiting), (after.Stage("a").Attempts[0].Outcome, after.Stage("a").Failures, after.Stage("a").State));
    }

    [Fact]
    public void RunTakenOver_FailedStage_GetsANewBudget()
    {
        var after = RunTransitions.Apply(Some.Run(Some.Stage(Failed) with { Failures = 5 }) with { State = Failed }, new RunTakenOver(Some.Time, 1)).Stage("a");

        Assert.Equal((Waiting, 0), (after.State, after.Failures));
    }

    [Fact]
    public void RunTakenOver_MissedGate_StaysAResult() =>
        Assert.Equal(MissedGate, RunTransitions.Apply(Some.Run(MissedGate), new RunTakenOver(Some.Time, 1)).Stage("a"));

    [Fact]
    public void MissedGateAccepted_AfterTheMiss_MakesTheStageDone()
    {
        var after = RunTransitions.Apply(Some.Run(MissedGate), new MissedGateAccepted(Some.Time, "a")).Stage("a");

        Assert.Equal((Done, Some.Model, null), (after.State, after.Artifact, after.Message));
    }

    [Fact]
    public void MissedGateAccepted_InAdvance_TakesOverAMissedResultAsDone()
    {
        var run = RunTransitions.Apply(Some.Run(), new MissedGateAccepted(Some.Time, "a"));

        Assert.Equal(Done, RunTransitions.Apply(run, Change("reused-missed-gate")).Stage("a").State);
    }

    [Fact]
    public void StageReset_ForgetsTheResultAndKeepsTheAttempts()
    {
        var done = Some.Stage(Done) with { Key = "k", StepsDone = 3, Attempts = [Some.Attempt(outcome: AttemptOutcome.Done)] };

        var after = RunTransitions.Apply(Some.Run(done), new StageReset(Some.Time, "a")).Stage("a");

        Assert.True(after.Fresh);
        Assert.Equal((null, null, 0L, 1), (after.Key, after.Artifact, after.StepsDone, after.Attempts.Count));
    }

    [Theory]
    [InlineData(3, 5)]
    [InlineData(7, 7)]
    public void CheckpointCommitted_WrittenWhileTheTrainingWentOn_NeverTakesStepsBack(long step, long expected)
    {
        var running = RunTransitions.Apply(Some.Run(Some.Stage(Running)), new AttemptProgressed(Some.Time, "a", 1, Some.Heartbeat(steps: 5)));

        Assert.Equal(expected, RunTransitions.Apply(running, new CheckpointCommitted(Some.Time, "a", 1, Some.Checkpoint(step))).Stage("a").StepsDone);
    }

    [Theory]
    [InlineData(Done, Done, false, false, Done)]
    [InlineData(Done, Done, true, true, Done)]
    [InlineData(Done, Failed, false, false, Failed)]
    [InlineData(Done, Failed, true, false, Interrupted)]
    [InlineData(Failed, Interrupted, false, false, Interrupted)]
    [InlineData(Done, Waiting, true, false, Interrupted)]
    [InlineData(Interrupted, Waiting, true, true, Cancelled)]
    [InlineData(Done, Interrupted, false, true, Cancelled)]
    public void RunConcluded_FollowsFromItsStages(ExecutionState first, ExecutionState second, bool stopped, bool cancelled, ExecutionState expected)
    {
        var run = Some.Run(Some.Stage(first), Some.Stage(second, "b")) with { CancelRequested = cancelled };

        Assert.Equal(expected, RunTransitions.Apply(run, new RunConcluded(Some.Time, stopped)).State);
    }

    [Fact]
    public void RunConcluded_Cancelled_KeepsWhatIsDoneAndCancelsTheRest()
    {
        var run = Some.Run(Some.Stage(Done), Some.Stage(Waiting, "b"), Some.Stage(Running, "c")) with { CancelRequested = true };

        var after = RunTransitions.Apply(run, new RunConcluded(Some.Time, StopRequested: false));

        Assert.Equal([Done, Cancelled, Cancelled], after.Stages.Select(stage => stage.State));
        Assert.Equal(AttemptOutcome.Lost, after.Stage("c").Attempts[0].Outcome);
    }

    private static RunChange Change(string name) => name switch
    {
        "reused" => new StageReused(Some.Time, "a", "key", "{}", "{}", Some.Result()),
        "reused-missed-gate" => new StageReused(Some.Time, "a", "key", "{}", "{}", Some.Result(Failed)),
        "started" => Some.Started(),
        "progressed" => new AttemptProgressed(Some.Time, "a", 1, Some.Heartbeat()),
        "checkpoint" => new CheckpointCommitted(Some.Time, "a", 1, Some.Checkpoint(5)),
        "rollouts" => new RolloutsCommitted(Some.Time, "a", 1, new RolloutShard(1, "/p", "s", 4)),
        "ended-done" => Some.Done(),
        "ended-fail" => Some.Ended(StageFailureClass.UserData, FailureDecision.Fail),
        "ended-retry" => Some.Ended(StageFailureClass.NativeCrash, FailureDecision.Retry),
        "ended-smaller" => Some.Ended(StageFailureClass.OutOfMemory, FailureDecision.RetryWithSmallerMicroBatch, 4),
        "ended-interrupt" => Some.Ended(StageFailureClass.Interrupted, FailureDecision.Interrupt),
        "refused" => new StageRefused(Some.Time, "a", StageFailureClass.UserData, "no"),
        "accepted" => new MissedGateAccepted(Some.Time, "a"),
        "reset" => new StageReset(Some.Time, "a"),
        "taken-over" => new RunTakenOver(Some.Time, 1),
        "concluded" => new RunConcluded(Some.Time, StopRequested: false),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };
}
