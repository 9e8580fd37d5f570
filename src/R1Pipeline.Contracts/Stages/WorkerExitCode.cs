namespace R1Pipeline.Contracts.Stages;

/// <summary>How a worker process ends. A signal or any other code is a native crash.</summary>
public static class WorkerExitCode
{
    /// <summary>The stage is done.</summary>
    public const int Done = 0;

    /// <summary>The user's data or options are wrong, or a gate was missed (the report says which).</summary>
    public const int UserData = 10;

    /// <summary>Memory ran out.</summary>
    public const int OutOfMemory = 11;

    /// <summary>A numeric guard stopped the stage.</summary>
    public const int NumericGuard = 12;

    /// <summary>Asked to stop, and did.</summary>
    public const int Interrupted = 13;

    /// <summary>The lease could not be renewed.</summary>
    public const int LeaseLost = 14;

    /// <summary>No space left.</summary>
    public const int DiskFull = 15;
}
