namespace R1Pipeline.Contracts.Stages;

/// <summary>Ends an attempt. The class carries the decision (retry, stop, ask), the message is for the user: what is wrong, where, and what to do.</summary>
public sealed class StageFailedException(StageFailureClass failure, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why.</summary>
    public StageFailureClass Failure { get; } = failure;
}
