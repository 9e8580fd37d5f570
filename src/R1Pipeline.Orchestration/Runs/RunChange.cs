using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Orchestration.Runs;

/// <summary>Everything that can happen to a run. A closed family: <see cref="RunTransitions"/> says what each one does.</summary>
/// <param name="At">When.</param>
public abstract record RunChange(DateTimeOffset At)
{
    /// <summary>The stage it is about; null: the run.</summary>
    public virtual string? Subject => null;

    /// <summary>Number of the owner that makes it: refused once a later one took the run over. Null: whoever asks (a user), or a lease says it.</summary>
    public long? Owner { get; init; }
}

/// <summary>An owner starts the run or goes on with it: unfinished stages wait again, attempts of a dead owner are lost.</summary>
public sealed record RunTakenOver(DateTimeOffset At, int OwnerPid) : RunChange(At);

/// <summary>Somebody wants the run to be worked on: it waits for an owner, and whatever is unfinished waits again. Only for a run without an owner.</summary>
public sealed record RunQueued(DateTimeOffset At) : RunChange(At);

/// <summary>The run's turn on the node's slots is another one.</summary>
public sealed record PriorityChanged(DateTimeOffset At, int Priority) : RunChange(At);

/// <summary>A stage's key was already done in this store.</summary>
public sealed record StageReused(DateTimeOffset At, string Stage, string Key, string KeyParts, string Limits, KeyResult Result) : RunChange(At)
{
    /// <inheritdoc/>
    public override string? Subject => Stage;
}

/// <summary>A lease was granted to a new attempt.</summary>
public sealed record AttemptStarted(DateTimeOffset At, string Stage, string Key, string KeyParts, string Limits, long Token) : RunChange(At)
{
    /// <summary>The run whose checkpoint the attempt is given to go on from; null: none.</summary>
    public string? BorrowedFrom { get; init; }

    /// <inheritdoc/>
    public override string? Subject => Stage;
}

/// <summary>A worker gave a sign of life. Not kept as an event.</summary>
public sealed record AttemptProgressed(DateTimeOffset At, string Stage, long Token, HeartbeatMessage Heartbeat) : RunChange(At)
{
    /// <inheritdoc/>
    public override string? Subject => Stage;
}

/// <summary>A checkpoint became durable.</summary>
public sealed record CheckpointCommitted(DateTimeOffset At, string Stage, long Token, CheckpointRef Checkpoint) : RunChange(At)
{
    /// <inheritdoc/>
    public override string? Subject => Stage;
}

/// <summary>The rollouts of an iteration became durable.</summary>
public sealed record RolloutsCommitted(DateTimeOffset At, string Stage, long Token, RolloutShard Shard) : RunChange(At)
{
    /// <inheritdoc/>
    public override string? Subject => Stage;
}

/// <summary>A worker ended; <paramref name="Report"/> says how, <paramref name="Decision"/> what follows (null when the stage is done).</summary>
public sealed record AttemptEnded(DateTimeOffset At, string Stage, long Token, StageReport Report, FailureDecision? Decision, int? NextMicroBatchLimit) : RunChange(At)
{
    /// <inheritdoc/>
    public override string? Subject => Stage;
}

/// <summary>A stage could not even be started (its inputs or data cannot be read).</summary>
public sealed record StageRefused(DateTimeOffset At, string Stage, StageFailureClass Failure, string Message) : RunChange(At)
{
    /// <inheritdoc/>
    public override string? Subject => Stage;
}

/// <summary>The user accepts a missed gate, now or in advance.</summary>
public sealed record MissedGateAccepted(DateTimeOffset At, string Stage) : RunChange(At)
{
    /// <inheritdoc/>
    public override string? Subject => Stage;
}

/// <summary>The stage is to be computed again, whatever is there.</summary>
public sealed record StageReset(DateTimeOffset At, string Stage) : RunChange(At)
{
    /// <inheritdoc/>
    public override string? Subject => Stage;
}

/// <summary>Somebody asked to cancel the run.</summary>
public sealed record CancelRequested(DateTimeOffset At) : RunChange(At);

/// <summary>The owner has nothing left to do: the run takes the state that follows from its stages.</summary>
public sealed record RunConcluded(DateTimeOffset At, bool StopRequested) : RunChange(At);
