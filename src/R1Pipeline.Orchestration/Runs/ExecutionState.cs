namespace R1Pipeline.Orchestration.Runs;

/// <summary>Where a run or a stage stands. The words of <c>status --json</c>.</summary>
public enum ExecutionState
{
    /// <summary>Not started, or waiting for its inputs, a slot or a retry.</summary>
    Waiting,

    /// <summary>A worker computes it (a stage); an owner works on it (a run).</summary>
    Running,

    /// <summary>All planned work is done.</summary>
    Done,

    /// <summary>Stopped by a failure that nobody may retry by themselves.</summary>
    Failed,

    /// <summary>Stopped on request or by a full disk; goes on from its checkpoint.</summary>
    Interrupted,

    /// <summary>Stopped by <c>cancel</c>.</summary>
    Cancelled,
}
