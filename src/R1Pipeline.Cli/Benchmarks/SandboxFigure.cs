namespace R1Pipeline.Cli.Benchmarks;

/// <summary>What a sandbox costs.</summary>
/// <param name="Sandbox">Which.</param>
/// <param name="Compiled">Whether the jail is compiled ahead of time.</param>
/// <param name="BareMilliseconds">Median of <c>python3 -c pass</c> without it.</param>
/// <param name="MedianMilliseconds">Median in it.</param>
/// <param name="OverheadMilliseconds">The difference.</param>
/// <param name="LimitMilliseconds">What the project promises for the difference; null: nothing, it is only reported.</param>
/// <param name="TestsPerSecond">Throughput of graded one-line tests with two at once.</param>
internal sealed record SandboxFigure(string Sandbox, bool Compiled, double BareMilliseconds, double MedianMilliseconds, double OverheadMilliseconds, double? LimitMilliseconds, double TestsPerSecond);
