namespace R1Pipeline.Cli.Benchmarks;

/// <summary>How fast answers are graded.</summary>
/// <param name="NumGrades">Grades that were timed.</param>
/// <param name="NumCorrect">How many of them said correct.</param>
/// <param name="Seconds">What they took.</param>
/// <param name="GradesPerSecond">On one core.</param>
/// <param name="LimitPerSecond">What the project promises.</param>
internal sealed record GradeFigure(int NumGrades, int NumCorrect, double Seconds, double GradesPerSecond, double LimitPerSecond);
