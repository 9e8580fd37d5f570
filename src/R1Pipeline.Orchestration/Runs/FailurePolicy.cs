using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Orchestration.Runs;

/// <summary>The one table from failure class to decision. Pure; the pauses are Polly's business.</summary>
public static class FailurePolicy
{
    /// <summary>
    /// Decides what follows from a failure.
    /// </summary>
    /// <param name="failure">Why the attempt ended.</param>
    /// <param name="failures">Failures that counted against the stage, this one included.</param>
    /// <param name="maxAttempts">The stage's <c>max-attempts</c>.</param>
    /// <param name="microBatch">Micro-batch that the attempt ran with; null: the stage has none.</param>
    public static FailureDecision Decide(StageFailureClass failure, int failures, int maxAttempts, int? microBatch) => failure switch
    {
        StageFailureClass.Interrupted or StageFailureClass.DiskFull => FailureDecision.Interrupt,
        StageFailureClass.UserData or StageFailureClass.NumericGuard or StageFailureClass.GateMissed => FailureDecision.Fail,
        _ when failures >= maxAttempts => FailureDecision.Fail,
        StageFailureClass.OutOfMemory => microBatch is > 1 ? FailureDecision.RetryWithSmallerMicroBatch : FailureDecision.Fail,
        StageFailureClass.NativeCrash or StageFailureClass.Stalled or StageFailureClass.LeaseLost => FailureDecision.Retry,
        _ => throw new ArgumentOutOfRangeException(nameof(failure), failure, "unknown failure class"),
    };

    /// <summary>Whether the failure uses up one of the stage's attempts.</summary>
    public static bool Counts(StageFailureClass failure) => failure is not (StageFailureClass.Interrupted or StageFailureClass.DiskFull);
}
