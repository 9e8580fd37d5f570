namespace R1Pipeline.Rewards.Code;

/// <summary>Limits of each test.</summary>
/// <param name="WallSeconds">Processor time and waiting, s. Processor time is counted exactly (rounded up to whole seconds); a loaded machine gets half of it, at least 0.5 and at most 1.5 s, on top before the test is ended.</param>
/// <param name="MemoryMegabytes">Memory of all processes of a test, MiB.</param>
/// <param name="OutputKilobytes">What it may write, KiB.</param>
/// <param name="TotalWallSeconds">Bound of all tests of a task together, s; null: none.</param>
public sealed record CodeLimits(double WallSeconds = 10, int MemoryMegabytes = 512, int OutputKilobytes = 8192, double? TotalWallSeconds = null)
{
    /// <summary>When a test is ended whatever the machine was doing.</summary>
    public TimeSpan Patience => TimeSpan.FromSeconds(WallSeconds + Math.Clamp(WallSeconds / 2, 0.5, 1.5));
}
