namespace R1Pipeline.Rewards.Code;

/// <summary>Code and its tests.</summary>
/// <param name="Language"><c>python</c>, <c>cpp</c>, <c>javascript</c> or <c>csharp</c>.</param>
/// <param name="Code">The program.</param>
/// <param name="Tests">Tests of one kind.</param>
/// <param name="Setup">Python that runs in the tests' process before each test.</param>
/// <param name="EntryPoint">Function that a test program's <c>check</c> is called with; null: none.</param>
/// <param name="Comparison">How output is compared.</param>
/// <param name="Limits">Limits.</param>
public sealed record CodeTask(string Language, string Code, IReadOnlyList<CodeTest> Tests, string Setup, string? EntryPoint, OutputComparison Comparison, CodeLimits Limits);
