using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Orchestration.Runs;

/// <summary>
/// What every change does to a run's state. Pure: no store, no clock, no process. A change that does not fit the state is an
/// <see cref="InvalidOperationException"/>: it is a mistake of the caller, never of the user.
/// </summary>
public static class RunTransitions
{
    /// <summary>The state after a change.</summary>
    /// <exception cref="OwnerReplacedException">The change comes from an owner that is not the newest one any more.</exception>
    public static RunState Apply(RunState run, RunChange change) => change.Owner is { } owner && owner != run.OwnerNumber
        ? throw new OwnerReplacedException(run.Id, change)
        : Next(run, change);

    private static RunState Next(RunState run, RunChange change) => change switch
    {
        RunTakenOver takenOver => WaitAgain(run) with { State = ExecutionState.Running, OwnerPid = takenOver.OwnerPid },
        RunQueued => WaitAgain(run) with { State = ExecutionState.Waiting, OwnerPid = null },
        PriorityChanged changed => run with { Priority = changed.Priority },
        CancelRequested => run.State == ExecutionState.Done ? run : run with { CancelRequested = true },
        RunConcluded concluded => Conclude(run, concluded),
        StageReused reused => OnStage(run, reused, stage => Reuse(stage, reused)),
        AttemptStarted started => OnStage(run, started, stage => Start(stage, started)),
        AttemptProgressed progressed => OnStage(run, progressed, stage => Progress(stage, progressed)),
        CheckpointCommitted committed => OnStage(run, committed, stage => Commit(stage, committed)),
        RolloutsCommitted committed => OnStage(run, committed, stage => Seen(stage, committed, committed.Token)),
        AttemptEnded ended => OnStage(run, ended, stage => End(stage, ended)),
        StageRefused refused => OnStage(run, refused, stage => Refuse(stage, refused)),
        MissedGateAccepted accepted => OnStage(run, accepted, stage => Accept(stage, accepted), atRest: true),
        StageReset reset => OnStage(run, reset, stage => Reset(stage, reset), atRest: true),
        _ => throw new ArgumentOutOfRangeException(nameof(change), change.GetType().Name, "unknown change"),
    };

    private static RunState OnStage(RunState run, RunChange change, Func<StageState, StageState> apply, bool atRest = false)
    {
        if (!atRest && run.State != ExecutionState.Running) throw Misfit(change, $"run {run.Id} is {run.State}");
        var subject = run.Stage(change.Subject!);
        return run with { Stages = [.. run.Stages.Select(stage => ReferenceEquals(stage, subject) ? apply(stage) : stage)] };
    }

    private static RunState WaitAgain(RunState run) => run with
    {
        OwnerNumber = run.OwnerNumber + 1,
        CancelRequested = false,
        EndedAt = null,
        Stages = [.. run.Stages.Select(WaitAgain)],
    };

    private static StageState WaitAgain(StageState stage)
    {
        // A missed gate is a result, not an accident: computing it again gives the same figure.
        if (stage.State == ExecutionState.Done || IsMissedGate(stage)) return stage;
        return stage with
        {
            State = ExecutionState.Waiting,
            Failure = null,
            Message = null,
            // Whoever continues a failed stage grants it a new budget of attempts.
            Failures = stage.State is ExecutionState.Failed or ExecutionState.Cancelled ? 0 : stage.Failures,
            Phase = null,
            Live = NoFigures,
            EndedAt = null,
            Attempts = LoseRunning(stage.Attempts),
        };
    }

    private static StageState Reuse(StageState stage, StageReused change)
    {
        Expect(stage, change, ExecutionState.Waiting);
        var result = change.Result;
        bool done = result.State == ExecutionState.Done || stage.AcceptMissedGates;
        return stage with
        {
            State = done ? ExecutionState.Done : ExecutionState.Failed,
            Key = change.Key,
            KeyParts = change.KeyParts,
            Limits = change.Limits,
            Cached = true,
            OriginRun = result.Run,
            OriginStage = result.Stage,
            StepsDone = result.StepsDone,
            StepsPlanned = result.StepsPlanned,
            Artifact = result.Artifact,
            Metrics = result.Metrics,
            Data = result.Data,
            Failure = done ? null : result.Failure,
            Message = done ? null : result.Message,
            EndedAt = change.At,
        };
    }

    private static StageState Start(StageState stage, AttemptStarted change)
    {
        Expect(stage, change, ExecutionState.Waiting);
        var attempt = new AttemptState
        {
            Number = stage.Attempts.Count + 1,
            Token = change.Token,
            BorrowedFrom = change.BorrowedFrom,
            MicroBatchLimit = stage.MicroBatchLimit,
            StartedAt = change.At,
        };
        return stage with
        {
            State = ExecutionState.Running,
            Key = change.Key,
            KeyParts = change.KeyParts,
            Limits = change.Limits,
            Failure = null,
            Message = null,
            StartedAt = stage.StartedAt ?? change.At,
            Attempts = [.. stage.Attempts, attempt],
        };
    }

    private static StageState Progress(StageState stage, AttemptProgressed change)
    {
        var beat = change.Heartbeat;
        return OnAttempt(Seen(stage, change, change.Token, beat.StepsDone), change.Token, attempt => attempt with
        {
            ResumedFrom = beat.ResumedFrom,
            StepsExecuted = beat.StepsExecuted,
            PeakResidentBytes = Math.Max(attempt.PeakResidentBytes, beat.ResidentBytes),
        }) with
        {
            StepsPlanned = beat.StepsPlanned,
            Phase = beat.Phase,
            Live = beat.Live,
        };
    }

    // The training went on while it was written: the steps that heartbeats told of since are not undone.
    private static StageState Commit(StageState stage, CheckpointCommitted change) =>
        Seen(stage, change, change.Token, Math.Max(change.Checkpoint.Step, stage.Attempts is [.., var newest] ? newest.StepsDone : 0));

    private static StageState End(StageState stage, AttemptEnded change)
    {
        _ = Live(stage, change, change.Token);
        var report = change.Report;
        if ((report.Failure is null) != (change.Decision is null)) throw Misfit(change, "a failure needs a decision, a success has none");
        if (report.Failure is null && report.Artifact is null) throw Misfit(change, "a stage is done only with its artifact");

        bool counts = report.Failure is { } failure && FailurePolicy.Counts(failure);
        var ended = OnAttempt(stage, change.Token, attempt => attempt with
        {
            Outcome = report.Failure is null ? AttemptOutcome.Done : counts ? AttemptOutcome.Failed : AttemptOutcome.Interrupted,
            Failure = report.Failure,
            Message = report.Message,
            StepsDone = Math.Max(attempt.StepsDone, report.StepsDone),
            PeakResidentBytes = Math.Max(attempt.PeakResidentBytes, report.PeakResidentBytes),
            EndedAt = change.At,
        });
        // A worker that crashed reported nothing: the last heartbeat's figures stay.
        bool reported = report.StepsPlanned > 0 || report.Failure is null;
        return ended with
        {
            State = change.Decision switch
            {
                null => ExecutionState.Done,
                FailureDecision.Fail => ExecutionState.Failed,
                FailureDecision.Interrupt => ExecutionState.Interrupted,
                _ => ExecutionState.Waiting,
            },
            StepsDone = reported ? report.StepsDone : stage.StepsDone,
            StepsPlanned = reported ? report.StepsPlanned : stage.StepsPlanned,
            Artifact = report.Artifact,
            Metrics = report.Metrics ?? stage.Metrics,
            Data = report.Data.Count > 0 ? report.Data : stage.Data,
            Failure = report.Failure,
            Message = report.Message,
            Failures = stage.Failures + (counts ? 1 : 0),
            MicroBatchLimit = change.NextMicroBatchLimit ?? stage.MicroBatchLimit,
            Fresh = stage.Fresh && report.Failure is not null,
            Phase = null,
            Live = NoFigures,
            EndedAt = change.Decision is FailureDecision.Retry or FailureDecision.RetryWithSmallerMicroBatch or FailureDecision.Yield ? null : change.At,
        };
    }

    private static StageState Refuse(StageState stage, StageRefused change)
    {
        Expect(stage, change, ExecutionState.Waiting);
        return stage with { State = ExecutionState.Failed, Failure = change.Failure, Message = change.Message, EndedAt = change.At };
    }

    private static StageState Accept(StageState stage, MissedGateAccepted change)
    {
        var accepted = stage with { AcceptMissedGates = true };
        return IsMissedGate(stage) ? accepted with { State = ExecutionState.Done, Failure = null, Message = null, EndedAt = change.At } : accepted;
    }

    private static StageState Reset(StageState stage, StageReset change)
    {
        if (stage.State == ExecutionState.Running) throw Misfit(change, $"stage {stage.Name} runs");
        return new StageState { Name = stage.Name, Uses = stage.Uses, Fresh = true, Attempts = stage.Attempts };
    }

    private static RunState Conclude(RunState run, RunConcluded change)
    {
        var state = run.Stages.All(stage => stage.State == ExecutionState.Done) ? ExecutionState.Done
            : run.CancelRequested ? ExecutionState.Cancelled
            : change.StopRequested || run.Stages.Any(stage => stage.State == ExecutionState.Interrupted) ? ExecutionState.Interrupted
            : ExecutionState.Failed;
        return run with
        {
            State = state,
            CancelRequested = false,
            EndedAt = change.At,
            Stages = [.. run.Stages.Select(stage => Rest(stage, state, change.At))],
        };
    }

    private static StageState Rest(StageState stage, ExecutionState run, DateTimeOffset at) => stage.State switch
    {
        ExecutionState.Running => stage with
        {
            State = run == ExecutionState.Cancelled ? ExecutionState.Cancelled : ExecutionState.Interrupted,
            Attempts = LoseRunning(stage.Attempts),
            EndedAt = at,
        },
        ExecutionState.Waiting or ExecutionState.Interrupted when run == ExecutionState.Cancelled => stage with { State = ExecutionState.Cancelled, EndedAt = at },
        _ => stage,
    };

    private static StageState Live(StageState stage, RunChange change, long token)
    {
        Expect(stage, change, ExecutionState.Running);
        var newest = stage.Attempts[^1];
        if (newest.Token != token || newest.Outcome != AttemptOutcome.Running)
        {
            throw Misfit(change, $"token {token} is not that of the running attempt of stage {stage.Name}");
        }
        return stage;
    }

    private static StageState Seen(StageState stage, RunChange change, long token) =>
        OnAttempt(Live(stage, change, token), token, attempt => attempt with { SeenAt = change.At });

    private static StageState Seen(StageState stage, RunChange change, long token, long stepsDone) =>
        OnAttempt(Seen(stage, change, token), token, attempt => attempt with { StepsDone = stepsDone }) with { StepsDone = stepsDone };

    private static StageState OnAttempt(StageState stage, long token, Func<AttemptState, AttemptState> apply) =>
        stage with { Attempts = [.. stage.Attempts.Select(attempt => attempt.Token == token ? apply(attempt) : attempt)] };

    private static AttemptState[] LoseRunning(IReadOnlyList<AttemptState> attempts) => [.. attempts.Select(attempt => attempt.Outcome != AttemptOutcome.Running
        ? attempt
        : attempt with { Outcome = AttemptOutcome.Lost, EndedAt = attempt.SeenAt ?? attempt.StartedAt })];

    private static bool IsMissedGate(StageState stage) => stage is { State: ExecutionState.Failed, Failure: StageFailureClass.GateMissed, Artifact: not null };

    private static void Expect(StageState stage, RunChange change, ExecutionState expected)
    {
        if (stage.State != expected) throw Misfit(change, $"stage {stage.Name} is {stage.State}, not {expected}");
    }

    private static InvalidOperationException Misfit(RunChange change, string why) => new($"{change.GetType().Name} does not fit: {why}");

    private static readonly Dictionary<string, double> NoFigures = [];
}
