namespace R1Pipeline.Cli.Benchmarks;

/// <summary>How fast one command answers.</summary>
/// <param name="Command">The command.</param>
/// <param name="MedianSeconds">Median of <paramref name="Seconds"/>.</param>
/// <param name="LimitSeconds">What the project promises.</param>
/// <param name="Seconds">Every measurement, in order; the warm-up is not among them.</param>
/// <param name="LoadsTorch">Whether libtorch was seen among the files that the process had mapped.</param>
internal sealed record StartupFigure(string Command, double MedianSeconds, double LimitSeconds, IReadOnlyList<double> Seconds, bool LoadsTorch);
