namespace R1Pipeline.Cli.Benchmarks;

/// <summary>A row of <c>r1 bench memory</c>.</summary>
/// <param name="Model">Which size.</param>
/// <param name="Work">What the process did.</param>
/// <param name="EstimateBytes">What <c>r1 plan</c> says of it.</param>
/// <param name="PeakBytes">Resident set of the process at its highest.</param>
/// <param name="AboveIdleBytes">How far that is above the same process before it did anything.</param>
internal sealed record MemoryFigure(string Model, string Work, long EstimateBytes, long PeakBytes, long AboveIdleBytes)
{
    /// <summary>Estimate over peak.</summary>
    public double Ratio => (double)EstimateBytes / PeakBytes;
}
