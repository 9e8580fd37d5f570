namespace R1Pipeline.Orchestration.Runs;

/// <summary>What follows from a failed attempt, and why it is the last one.</summary>
/// <param name="Decision">What follows.</param>
/// <param name="Diagnosis">A sentence or two to follow the failure's own message; null: that one says it all.</param>
public sealed record FailureVerdict(FailureDecision Decision, string? Diagnosis = null);
