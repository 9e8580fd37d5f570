namespace R1Pipeline.Rewards.Code;

/// <summary>One test's outcome and wall time.</summary>
public readonly record struct TestVerdict(CodeOutcome Outcome, TimeSpan Elapsed);
