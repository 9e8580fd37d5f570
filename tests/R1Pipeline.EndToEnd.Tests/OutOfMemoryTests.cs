using System.Text.Json;
using R1Pipeline.Benchmarks.Torture;
using R1Pipeline.EndToEnd.Tests.Harness;

namespace R1Pipeline.EndToEnd.Tests;

/// <summary>Memory that runs out in real training, as a GPU's does: half the micro-batch, and the figures of a run that had enough.</summary>
[Collection(OneMinuteCollection.Name)]
public sealed class OutOfMemoryTests(OneMinute chain) : IDisposable
{
    // Another split of a batch adds the same numbers up in another order: fp32 rounds to 6e-8, and a few updates make some hundred times that of it.
    private const double Rounding = 1e-4;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_MemoryRunsOutInTwoStages_TheirFiguresAreThoseOfAnUndisturbedRunUpToRounding()
    {
        string file = _folder.Write("beginning.yaml", TorturePipelines.Beginning("beginning", numStages: 3));
        var r1 = new R1(chain.FromBase("out-of-memory").State) { Faults = "zero:oom@step=8,cold-start:oom@step=4" };

        await r1.SucceedAsync("run", file, "--set", "stages.zero.with.checkpoint-every-steps=1");

        await AssertHalvedAsync(r1, "zero", resumedFrom: 7);
        await AssertHalvedAsync(r1, "cold-start", resumedFrom: 2);
        // What the policy was trained on was drawn once, with all the memory that it took.
        Assert.Equal(await LinesAsync(chain.Undisturbed, "rollouts", "zero"), await LinesAsync(r1, "rollouts", "zero"));
    }

    private async Task AssertHalvedAsync(R1 r1, string name, int resumedFrom)
    {
        JsonElement stage = await r1.StageAsync(name);
        Assert.Equal(("done", 2, $"[{resumedFrom}]"), (stage.GetProperty("state").GetString(), stage.GetProperty("attempts").GetInt32(), stage.GetProperty("resumed_from").GetRawText()));
        string run = await r1.NewestRunAsync();
        Assert.Contains("At most 8 sequences at once", (await r1.SucceedAsync("logs", run, name)).Output, StringComparison.Ordinal);
        Assert.Contains("CUDA out of memory", (await r1.SucceedAsync("logs", run)).Output, StringComparison.Ordinal);

        string[] expected = await LinesAsync(chain.Undisturbed, "metrics", name), found = await LinesAsync(r1, "metrics", name);
        Assert.Equal(expected[..resumedFrom], found[..resumedFrom]);
        Assert.Equal(expected.Length, found.Length);
        foreach ((string undisturbed, string halved) in expected.Zip(found).Skip(resumedFrom)) AssertClose(undisturbed, halved);
    }

    private static void AssertClose(string expected, string found)
    {
        JsonElement figures = JsonDocument.Parse(found).RootElement;
        foreach (JsonProperty figure in JsonDocument.Parse(expected).RootElement.EnumerateObject().Where(property => property.Value.ValueKind == JsonValueKind.Number))
        {
            double value = figure.Value.GetDouble();
            Assert.Equal(value, figures.GetProperty(figure.Name).GetDouble(), Rounding * Math.Max(1e-3, Math.Abs(value)));
        }
    }

    private static async Task<string[]> LinesAsync(R1 r1, string command, string stage) =>
        (await r1.SucceedAsync(command, await r1.NewestRunAsync(), "--stage", stage, "--json")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
