namespace R1Pipeline.Benchmarks.Torture;

/// <summary>
/// The ways to torture a pipeline that an undisturbed run went through. Each starts in a state folder of its own, which holds at most what all runs share
/// (a base), and is judged against the undisturbed run.
/// </summary>
/// <param name="pipeline">Name of the pipeline.</param>
/// <param name="command">The command that runs it.</param>
/// <param name="undisturbed">Where it was run without any kill.</param>
/// <param name="facts">That run.</param>
/// <param name="fresh">A state folder to begin in, by name.</param>
internal sealed class ChainTorture(string pipeline, string[] command, R1Command undisturbed, RunFacts facts, Func<string, R1Command> fresh)
{
    private readonly IReadOnlyList<StageShape> _shapes = StageShape.Of(facts);

    /// <summary>Reads the undisturbed run.</summary>
    public static async Task<ChainTorture> OfAsync(string pipeline, string[] command, R1Command undisturbed, Func<string, R1Command> fresh) =>
        new(pipeline, command, undisturbed, await RunFacts.ReadAsync(undisturbed, await undisturbed.OldestRunAsync(pipeline)), fresh);

    /// <summary>Stages that the undisturbed run computed.</summary>
    public IReadOnlyList<StageShape> Shapes => _shapes;

    /// <summary>Kills the worker in every chosen step of every stage, within one life of the orchestrator.</summary>
    public Task<TortureOutcome> WorkersAsync(long seed, Func<StageShape, IEnumerable<long>> steps) => Run($"workers-{seed}")
        .KillWorkersAsync([.. _shapes.Select(shape => KillPlan.Of(shape, seed, steps(shape)))]);

    /// <summary>Kills the orchestrator before or after every few of its writes, until the run is done.</summary>
    public Task<TortureOutcome> OwnersAsync(long seed, int fewest, int most) => Run($"owners-{seed}").KillOwnersAsync(seed, fewest, most);

    /// <summary>Kills the orchestrator around each of its writes in turn, every time in a new run that then goes on to its end.</summary>
    /// <param name="points"><c>write</c> (before the commit), <c>written</c> (after it), or both.</param>
    public async Task<TortureOutcome> EveryWriteAsync(params string[] points)
    {
        var outcomes = new List<TortureOutcome>();
        foreach (string point in points)
        {
            for (int number = 1; await Run($"{point}-{number}").KillOwnerOnceAsync(point, number) is { } outcome; number++) outcomes.Add(outcome);
        }
        return TortureOutcome.Sum(outcomes);
    }

    /// <summary>Kills both at random moments, at least as often as asked for in all: further runs follow where moments were lost.</summary>
    public async Task<TortureOutcome> TreesAsync(long seed, int kills, Func<StageShape, int> moments)
    {
        var counted = _shapes.ToDictionary(shape => shape.Name, shape => Strike.ProgressOf(undisturbed.State, shape.Name));
        var outcomes = new List<TortureOutcome>();
        for (long number = 1; outcomes.Sum(outcome => outcome.Kills.Count) < kills; number++)
        {
            outcomes.Add(await Run($"trees-{seed}-{number}").KillTreesAsync(_shapes.ToDictionary(shape => shape.Name, moments), counted, seed, number));
        }
        return TortureOutcome.Sum(outcomes);
    }

    private TortureRun Run(string name) => new(fresh(name), pipeline, command, facts);
}
