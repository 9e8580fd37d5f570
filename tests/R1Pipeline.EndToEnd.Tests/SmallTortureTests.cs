using R1Pipeline.Benchmarks;
using R1Pipeline.Benchmarks.Torture;
using R1Pipeline.EndToEnd.Tests.Harness;

namespace R1Pipeline.EndToEnd.Tests;

/// <summary>The part of the torture that needs no chain: a base of its own, and workers that only count.</summary>
public sealed class SmallTortureTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Base_WorkersKilled_EqualsTheRunThatWasNeverKilled()
    {
        string[] command =
        [
            "run", _folder.Write("base.yaml", TorturePipelines.BaseOnly()), "--set", "data.corpus.rows=240", "--set", "stages.base.with.warmup-steps=5",
            .. TorturePipelines.ManyAttempts(["base"]),
        ];
        ChainTorture torture = await UndisturbedAsync("base-only", command, name => new R1Command(Path.Combine(_folder.Path, name)));

        (await torture.WorkersAsync(seed: 12, _ => [1, 2, 9])).AssertEqual(output, atLeast: 4);
    }

    [Fact]
    public async Task Orchestrator_KilledBetweenItsWritesAgainAndAgain_EqualsTheRunThatWasNeverKilled()
    {
        string[] command = ["run", _folder.Write("counting.yaml", TorturePipelines.Counting)];
        ChainTorture torture = await UndisturbedAsync("counting", command, name => new R1Command(Path.Combine(_folder.Path, name), R1Command.CountingWorker));

        (await torture.OwnersAsync(seed: 13, fewest: 3, most: 6)).AssertEqual(output, atLeast: 5);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<ChainTorture> UndisturbedAsync(string pipeline, string[] command, Func<string, R1Command> fresh)
    {
        R1Command undisturbed = fresh("undisturbed");
        await undisturbed.SucceedAsync("", command);
        return await ChainTorture.OfAsync(pipeline, command, undisturbed, fresh);
    }
}
