namespace R1Pipeline.Cli.Benchmarks;

/// <summary>Labelled rows of one kind.</summary>
/// <param name="Name"><c>counted</c>, or the style or the policy on which projects differ.</param>
/// <param name="NumRows">Rows.</param>
/// <param name="NumAgreed">Rows whose label the grader agrees with.</param>
/// <param name="NumAccepted">Rows labelled wrong that the grader accepts.</param>
/// <param name="NumRefused">Rows labelled right that it does not.</param>
internal sealed record EquivalenceGroup(string Name, int NumRows, int NumAgreed, int NumAccepted, int NumRefused);
