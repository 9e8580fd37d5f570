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

        string[] works = ["load", "SFT step, LoRA, recomputed", "GRPO step, full"];
        Ended measured = await r1.RunAsync(["bench", "memory", "--model", "quickstart", "--work", .. works, "--json"]);

        JsonElement[] figures = [.. measured.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(works, figures.Select(figure => figure.GetProperty("work").GetString()));
        Assert.All(figures, figure => Assert.InRange((double)figure.GetProperty("estimate_bytes").GetInt64() / figure.GetProperty("peak_bytes").GetInt64(), 0.85, 1.15));
        Assert.Equal(0, measured.ExitCode);
        Assert.True(figures[^1].GetProperty("peak_bytes").GetInt64() > figures[0].GetProperty("peak_bytes").GetInt64() + (100L << 20), "a GRPO step takes memory that a load does not");
        Assert.Empty(Directory.GetDirectories(r1.State));
    }
}
