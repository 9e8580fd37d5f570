using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Orchestration.Runs;

/// <summary>
/// The one table from failure class to decision, within the budget of the class and of the stage, and the circuit breaker: a stage that fails the
/// same way after the same step again and again is stopped with a diagnosis. Pure; the pauses are Polly's business.
/// </summary>
public static class FailurePolicy
{
    /// <summary>Decides what follows from a failure.</summary>
    /// <param name="now">The failure.</param>
    /// <param name="before">Earlier failures that count against the stage, oldest first.</param>
    /// <param name="options">The stage's <c>max-attempts</c> and <c>retries</c>.</param>
    /// <param name="microBatch">Micro-batch that the attempt ran with; null: the stage has none.</param>
    /// <param name="yields">Whether the attempt was only asked to give its slot away.</param>
    public static FailureVerdict Decide(AttemptFailure now, IReadOnlyList<AttemptFailure> before, StageOptions options, int? microBatch, bool yields = false) => now.Failure switch
    {
        StageFailureClass.Interrupted when yields => new(FailureDecision.Yield),
        StageFailureClass.Interrupted or StageFailureClass.DiskFull => new(FailureDecision.Interrupt),
        StageFailureClass.UserData or StageFailureClass.NumericGuard or StageFailureClass.GateMissed => new(FailureDecision.Fail),
        StageFailureClass.OutOfMemory => Retry(now, before, options, options.Retries.OutOfMemory) ?? (microBatch is > 1
            ? new(FailureDecision.RetryWithSmallerMicroBatch)
            : new(FailureDecision.Fail, microBatch is null ? null : "A single sequence at once is too much already: free memory, or make sequences or the model smaller.")),
        StageFailureClass.NativeCrash => Retry(now, before, options, options.Retries.NativeCrash) ?? new(FailureDecision.Retry),
        StageFailureClass.Stalled => Retry(now, before, options, options.Retries.Stalled) ?? new(FailureDecision.Retry),
        StageFailureClass.LeaseLost => Retry(now, before, options, options.Retries.LeaseLost) ?? new(FailureDecision.Retry),
        _ => throw new ArgumentOutOfRangeException(nameof(now), now.Failure, "unknown failure class"),
    };

    /// <summary>Whether the failure uses up one of the stage's attempts.</summary>
    public static bool Counts(StageFailureClass failure) => failure is not (StageFailureClass.Interrupted or StageFailureClass.DiskFull);

    /// <summary>The verdict that there is no other attempt; null: there may be one.</summary>
    private static FailureVerdict? Retry(AttemptFailure now, IReadOnlyList<AttemptFailure> before, StageOptions options, int retries)
    {
        AttemptFailure[] all = [.. before, now];
        AttemptFailure[] same = [.. all.Reverse().TakeWhile(failure => failure.Failure == now.Failure && failure.Step == now.Step).Reverse()];
        int ofClass = all.Count(failure => failure.Failure == now.Failure);
        string? diagnosis = now.Failure != StageFailureClass.OutOfMemory && same.Length >= options.Retries.SameStep ? FailureDiagnosis.OfRepetition(same)
            : ofClass > retries ? FailureDiagnosis.OfSpentRetries(now.Failure, ofClass, retries)
            : all.Length >= options.MaxAttempts ? FailureDiagnosis.OfSpentAttempts(all)
            : null;
        return diagnosis is null ? null : new FailureVerdict(FailureDecision.Fail, diagnosis);
    }
}
