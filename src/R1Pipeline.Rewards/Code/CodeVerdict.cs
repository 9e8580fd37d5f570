namespace R1Pipeline.Rewards.Code;

/// <summary>A task's grade.</summary>
/// <param name="Outcome">Passed where all tests passed, else the outcome of the first that did not.</param>
/// <param name="Tests">Every test's outcome, in their order.</param>
/// <param name="Elapsed">Wall time of the whole.</param>
/// <param name="Reason">Why nothing ran; null: it ran.</param>
public sealed record CodeVerdict(CodeOutcome Outcome, IReadOnlyList<TestVerdict> Tests, TimeSpan Elapsed, string? Reason = null);
