using System.Text.Json;
using R1Pipeline.EndToEnd.Tests.Harness;

namespace R1Pipeline.EndToEnd.Tests;

/// <summary>What <c>r1 plan</c> says of memory, held against real processes by the command that the README quotes, at its smallest size.</summary>
public sealed class MemoryBenchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Memory_SmallestSize_IsWithinFifteenPercentOfThePeak()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("the resident set is read from /proc: this needs Linux");
        R1 r1 = _folder.State();

        long[] peaks = await MeasureAsync(r1, "quickstart", "load", "SFT step, LoRA, recomputed", "GRPO step, full");

        Assert.True(peaks[^1] > peaks[0] + (100L << 20), "a GRPO step takes memory that a load does not");
        Assert.Empty(Directory.GetDirectories(r1.State));
    }

    [Fact]
    public async Task Memory_TwelveLayersComputedAgain_ActivationsTakeFortyPercentLess()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("the resident set is read from /proc: this needs Linux");

        long[] peaks = await MeasureAsync(_folder.State(), "12 layers", "load", "SFT step, full", "SFT step, full, recomputed");

        // Moments and compiled code count as activations here, on both sides.
        Assert.InRange(peaks[2] - peaks[0], 1, 0.6 * (peaks[1] - peaks[0]));
    }

    private static async Task<long[]> MeasureAsync(R1 r1, string model, params string[] works)
    {
        Ended measured = await r1.RunAsync(["bench", "memory", "--model", model, "--work", .. works, "--json"]);

        JsonElement[] figures = [.. measured.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(works, figures.Select(figure => figure.GetProperty("work").GetString()));
        Assert.All(figures, figure => Assert.InRange((double)figure.GetProperty("estimate_bytes").GetInt64() / figure.GetProperty("peak_bytes").GetInt64(), 0.85, 1.15));
        Assert.Equal(0, measured.ExitCode);
        return [.. figures.Select(figure => figure.GetProperty("peak_bytes").GetInt64())];
    }
}
