namespace R1Pipeline.Orchestration.Runs;

/// <summary>What follows from a failed attempt.</summary>
public enum FailureDecision
{
    /// <summary>Again from the last checkpoint, after a pause that doubles.</summary>
    Retry,

    /// <summary>Again from the last checkpoint with half the micro-batch.</summary>
    RetryWithSmallerMicroBatch,

    /// <summary>Again from the checkpoint as soon as there is a slot: this one went to a run of higher priority.</summary>
    Yield,

    /// <summary>The stage is failed; its dependants do not run.</summary>
    Fail,

    /// <summary>The stage is interrupted and can be resumed.</summary>
    Interrupt,
}
