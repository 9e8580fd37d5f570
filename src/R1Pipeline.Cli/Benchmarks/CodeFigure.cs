namespace R1Pipeline.Cli.Benchmarks;

/// <summary>How the code grader did on cases of one kind.</summary>
/// <param name="Cases">Which.</param>
/// <param name="NumRows">Rows.</param>
/// <param name="NumRight">Rows with the grade that they must get.</param>
/// <param name="NumTests">Tests that were run.</param>
/// <param name="Seconds">What they took.</param>
/// <param name="Wrong">The other rows, and what is wrong with their grade.</param>
internal sealed record CodeFigure(string Cases, int NumRows, int NumRight, int NumTests, double Seconds, IReadOnlyList<string> Wrong);
