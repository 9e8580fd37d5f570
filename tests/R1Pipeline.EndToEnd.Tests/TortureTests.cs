using R1Pipeline.Benchmarks;
using R1Pipeline.Benchmarks.Torture;
using R1Pipeline.EndToEnd.Tests.Harness;

namespace R1Pipeline.EndToEnd.Tests;

/// <summary>
/// The part of the torture that every test run repeats: SIGKILL of workers, of the orchestrator and of both, at counted points of every stage. The whole
/// of it: <c>dotnet run -c Release --project tests/R1Pipeline.Benchmarks -- torture</c>.
/// </summary>
[Collection(OneMinuteCollection.Name)]
public sealed class TortureTests(OneMinute chain, ITestOutputHelper output)
{
    private const int RandomMoments = 20;

    [Fact]
    public async Task Chain_WorkersKilledInEveryStage_EqualsTheRunThatWasNeverKilled()
    {
        ChainTorture torture = await OneMinuteAsync();

        TortureOutcome outcome = await torture.WorkersAsync(seed: 11, Some);

        outcome.AssertEqual(output, atLeast: 20);
        Assert.All(torture.Shapes, shape => Assert.Contains(outcome.Kills, kill => kill.Stage == shape.Name));
        Assert.True(outcome.Kills.Count(kill => torture.Shapes.Single(shape => shape.Name == kill.Stage).IsRl) >= 10);
    }

    [Fact]
    public async Task Chain_ProcessTreeKilledAtTwentyRandomMoments_EqualsTheRunThatWasNeverKilled()
    {
        long seed = long.TryParse(Environment.GetEnvironmentVariable("R1_TEST_SEED"), out long given) ? given : Environment.ProcessId;
        output.WriteLine($"R1_TEST_SEED={seed} draws the same moments again");

        TortureOutcome outcome = await (await OneMinuteAsync()).TreesAsync(seed, RandomMoments, shape => shape.IsRl ? 4 : 2);

        outcome.AssertEqual(output, RandomMoments);
    }

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
}
