using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Orchestration.Runs;

/// <summary>One failed attempt, as far as the decision about the next one looks at it.</summary>
/// <param name="Failure">Why it ended.</param>
/// <param name="Step">Steps that were done when it did, of all attempts.</param>
/// <param name="Message">The failure in words.</param>
public sealed record AttemptFailure(StageFailureClass Failure, long Step, string Message);
