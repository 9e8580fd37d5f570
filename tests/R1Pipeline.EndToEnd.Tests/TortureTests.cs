using R1Pipeline.Benchmarks;
using R1Pipeline.Benchmarks.Torture;
using R1Pipeline.EndToEnd.Tests.Harness;

namespace R1Pipeline.EndToEnd.Tests;

/// <summary>
/// The part of the torture that every test run repeats: SIGKILL of workers, of the orchestrator and of both, at counted points of every stage. The whole
/// of it: <c>dotnet run -c Release --project tests/R1Pipeline.Benchmarks -- torture</c>.
/// </summary>
[Collection(OneMinuteCollection.Name)]
public sealed class TortureTests(OneMinute chain, ITestOutputHelper output) : IDisposable
{
    private const int RandomMoments = 20;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Chain_WorkersKilledInEveryStage_EqualsTheRunThatWasNeverKilled()
    {
        LongTests.SkipUnlessAsked();
        ChainTorture torture = await OneMinuteAsync();

        TortureOutcome outcome = await torture.WorkersAsync(seed: 11, Some);

        AssertEqual(outcome, atLeast: 20);
        Assert.All(torture.Shapes, shape => Assert.Contains(outcome.Kills, kill => kill.Stage == shape.Name));
        Assert.True(outcome.Kills.Count(kill => torture.Shapes.Single(shape => shape.Name == kill.Stage).IsRl) >= 10);
    }

    [Fact]
    public async Task Chain_ProcessTreeKilledAtTwentyRandomMoments_EqualsTheRunThatWasNeverKilled()
    {
        long seed = long.TryParse(Environment.GetEnvironmentVariable("R1_TEST_SEED"), out long given) ? given : Environment.ProcessId;
        output.WriteLine($"R1_TEST_SEED={seed} draws the same moments again");

        TortureOutcome outcome = await (await OneMinuteAsync()).TreesAsync(seed, RandomMoments, shape => shape.IsRl ? 4 : 2);

        AssertEqual(outcome, RandomMoments);
    }

    [Fact]
    public async Task Base_WorkersKilled_EqualsTheRunThatWasNeverKilled()
    {
        string[] command =
        [
            "run", _folder.Write("base.yaml", TorturePipelines.BaseOnly()), "--set", "data.corpus.rows=240", "--set", "stages.base.with.warmup-steps=5",
            .. TorturePipelines.ManyAttempts(["base"]),
        ];
        ChainTorture torture = await UndisturbedAsync("base-only", command, name => new R1Command(Path.Combine(_folder.Path, name)));

        AssertEqual(await torture.WorkersAsync(seed: 12, _ => [1, 2, 9]), atLeast: 4);
    }

    [Fact]
    public async Task Orchestrator_KilledBetweenItsWritesAgainAndAgain_EqualsTheRunThatWasNeverKilled()
    {
        string[] command = ["run", _folder.Write("counting.yaml", TorturePipelines.Counting)];
        ChainTorture torture = await UndisturbedAsync("counting", command, name => new R1Command(Path.Combine(_folder.Path, name), R1Command.CountingWorker));

        AssertEqual(await torture.OwnersAsync(seed: 13, fewest: 3, most: 6), atLeast: 5);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>A few steps of every stage; in RL both minibatches of a rollout, and the step that refreshes the reference.</summary>
    private static IEnumerable<long> Some(StageShape shape) => shape switch
    {
        { IsRl: true, Steps: > 8 } => [2, 9, 14],
        { IsRl: true } => [3, 5],
        _ => [(shape.Steps + 1) / 2],
    };

    private Task<ChainTorture> OneMinuteAsync()
    {
        R1 undisturbed = chain.Undisturbed;
        string[] stages = ["zero", "cold-start", "reasoning-rl", "rejection-sampling", "sft", "helpful-rm", "all-scenario-rl", "report"];
        return ChainTorture.OfAsync(
            "one-minute",
            ["run", OneMinute.File, .. TorturePipelines.ManyAttempts(stages)],
            new R1Command(undisturbed.State),
            name => new R1Command(chain.FromBase(name).State));
    }

    private static async Task<ChainTorture> UndisturbedAsync(string pipeline, string[] command, Func<string, R1Command> fresh)
    {
        R1Command undisturbed = fresh("undisturbed");
        await undisturbed.SucceedAsync("", command);
        return await ChainTorture.OfAsync(pipeline, command, undisturbed, fresh);
    }

    private void AssertEqual(TortureOutcome outcome, int atLeast)
    {
        foreach (var kills in outcome.Kills.CountBy(kill => kill)) output.WriteLine($"{kills.Key.Stage}: {kills.Key.Process} killed {kills.Value} times");
        Assert.Empty(outcome.Problems);
        Assert.True(outcome.Kills.Count >= atLeast, $"{outcome.Kills.Count} kills, not {atLeast}");
    }
}
