namespace R1Pipeline.Contracts.Stages;

/// <summary>Why an attempt ended without its result. The class alone decides what happens next.</summary>
public enum StageFailureClass
{
    /// <summary>A crash in native code, a signal, an unknown exit: retried from the last checkpoint, with backoff.</summary>
    NativeCrash,

    /// <summary>Memory ran out: retried with half the micro-batch.</summary>
    OutOfMemory,

    /// <summary>The user's data or options are wrong: never retried.</summary>
    UserData,

    /// <summary>A non-finite loss or gradient, entropy collapse, runaway KL: stopped before the update, never retried by itself.</summary>
    NumericGuard,

    /// <summary>Asked to stop: checkpointed, resumable.</summary>
    Interrupted,

    /// <summary>The lease went to somebody else: nothing was written since.</summary>
    LeaseLost,

    /// <summary>No space for a checkpoint or an artifact: resumable when there is.</summary>
    DiskFull,

    /// <summary>No progress within the stall timeout: killed and retried.</summary>
    Stalled,

    /// <summary>A gate was missed: the output is kept, <c>resume --accept</c> goes on.</summary>
    GateMissed,
}
