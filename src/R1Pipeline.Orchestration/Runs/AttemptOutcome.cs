namespace R1Pipeline.Orchestration.Runs;

/// <summary>Where one worker process stands.</summary>
public enum AttemptOutcome
{
    /// <summary>The worker lives.</summary>
    Running,

    /// <summary>It reported the stage as done.</summary>
    Done,

    /// <summary>It ended with a failure.</summary>
    Failed,

    /// <summary>It was asked to stop, or its disk was full.</summary>
    Interrupted,

    /// <summary>Its owner died; never counted against the stage.</summary>
    Lost,
}
