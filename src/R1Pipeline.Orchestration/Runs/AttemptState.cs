using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Orchestration.Runs;

/// <summary>One worker process of a stage, as the store knows it.</summary>
public sealed record AttemptState
{
    /// <summary>Number, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>Fencing token of its lease.</summary>
    public required long Token { get; init; }

    /// <summary>Where it stands.</summary>
    public AttemptOutcome Outcome { get; init; } = AttemptOutcome.Running;

    /// <summary>Why it ended without the result.</summary>
    public StageFailureClass? Failure { get; init; }

    /// <summary>The failure in words.</summary>
    public string? Message { get; init; }

    /// <summary>Step that it went on from; 0: from the start.</summary>
    public long ResumedFrom { get; init; }

    /// <summary>The run whose checkpoint it was given to go on from; null: its own run's, or none.</summary>
    public string? BorrowedFrom { get; init; }

    /// <summary>Steps done, of this and all earlier attempts, when it was last heard of.</summary>
    public long StepsDone { get; init; }

    /// <summary>Steps that it computed, repeated ones included.</summary>
    public long StepsExecuted { get; init; }

    /// <summary>Largest resident set seen, in bytes.</summary>
    public long PeakResidentBytes { get; init; }

    /// <summary>Micro-batch limit that it was given; null: none.</summary>
    public int? MicroBatchLimit { get; init; }

    /// <summary>When its lease was granted.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Its last sign of life that was committed: a heartbeat, a checkpoint, rollouts; null: none yet.</summary>
    public DateTimeOffset? SeenAt { get; init; }

    /// <summary>When it ended, as far as anybody knows: a lost one at its last sign of life; null while it runs.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How long it lived, up to its last sign of life; zero where the wall clock was set back meanwhile.</summary>
    public TimeSpan Lived => (EndedAt ?? SeenAt) is { } end && end > StartedAt ? end - StartedAt : TimeSpan.Zero;
}
