using System.Diagnostics;

namespace R1Pipeline.Benchmarks.Torture;

/// <summary>
/// The whole torture: SIGKILL of workers, of the orchestrator and of both at points that a fixed list of seeds names, over every stage of
/// <c>pipelines/one-minute.yaml</c>, and around every single write of the orchestrator. Prints the table of the README; 1 on any difference.
/// </summary>
internal sealed class TortureSuite(string folder)
{
    private static readonly long[] WorkerSeeds = [1, 2];
    private static readonly long[] OwnerSeeds = [3];
    private const long TreeSeed = 5;
    private const long BaseSeed = 6;

    private readonly Stopwatch _watch = Stopwatch.StartNew();

    /// <param name="only">Part to run; null: all.</param>
    public async Task<int> RunAsync(string? only)
    {
        // Two lanes, each with slots of its own: most of the time something waits for a process to start.
        Lane[] lanes = await Task.WhenAll(SmallAsync(only), ChainAsync(only));
        TortureOutcome all = TortureOutcome.Sum(lanes.SelectMany(lane => lane.Outcomes));
        new TortureTable(all, [.. lanes.SelectMany(lane => lane.Shapes)]).Print();
        foreach (string problem in all.Problems) Console.Error.WriteLine(problem);
        return all.Problems.Count == 0 ? 0 : 1;
    }

    private async Task<Lane> SmallAsync(string? only)
    {
        var lane = new Lane([], []);
        if (only is null or "base")
        {
            ChainTorture small = await SmallBaseAsync();
            lane.Shapes.AddRange(small.Shapes);
            lane.Outcomes.Add(await Part("every second step of a base of its own", small.WorkersAsync(BaseSeed, shape => Steps(shape, 2))));
        }
        if (only is null or "writes")
        {
            ChainTorture counting = await CountingAsync();
            lane.Outcomes.Add(await Part("every write of the orchestrator, with workers that only count", counting.EveryWriteAsync("write", "written")));
        }
        return lane;
    }

    private async Task<Lane> ChainAsync(string? only)
    {
        var lane = new Lane([], []);
        if (only is "base" or "writes") return lane;
        ChainTorture chain = await ChainAsync();
        lane.Shapes.AddRange(chain.Shapes);
        foreach (long seed in only is null or "workers" ? WorkerSeeds : [])
        {
            lane.Outcomes.Add(await Part($"every step of every stage, seed {seed}", chain.WorkersAsync(seed, shape => Steps(shape, 1))));
        }
        foreach (long seed in only is null or "owners" ? OwnerSeeds : [])
        {
            lane.Outcomes.Add(await Part($"every few writes of the orchestrator, seed {seed}", chain.OwnersAsync(seed, fewest: 3, most: 9)));
        }
        if (only is null or "trees") lane.Outcomes.Add(await Part("random moments of the process tree", chain.TreesAsync(TreeSeed, kills: 20, shape => shape.IsRl ? 4 : 2)));
        return lane;
    }

    private async Task<ChainTorture> ChainAsync()
    {
        var bases = new R1Command(Path.Combine(folder, "chain", "base"));
        await Part("the base", bases.SucceedAsync("", ["run", Write("base.yaml", TorturePipelines.BaseOnly())]));
        R1Command undisturbed = Copy("undisturbed");
        await Part("the run that is never killed", undisturbed.SucceedAsync("", ["run", TorturePipelines.OneMinute]));
        RunFacts facts = await RunFacts.ReadAsync(undisturbed, await undisturbed.OldestRunAsync("one-minute"));
        string[] command = ["run", TorturePipelines.OneMinute, .. TorturePipelines.ManyAttempts(StageShape.Of(facts).Select(shape => shape.Name))];
        return new ChainTorture("one-minute", command, undisturbed, facts, Copy);

        R1Command Copy(string name)
        {
            string state = Path.Combine(folder, "chain", name);
            StateFolders.Copy(bases.State, state);
            return new R1Command(state);
        }
    }

    /// <summary>A base so small that it can be killed often.</summary>
    private async Task<ChainTorture> SmallBaseAsync()
    {
        string[] command =
        [
            "run", Write("small-base.yaml", TorturePipelines.BaseOnly()), "--set", "data.corpus.rows=640", "--set", "stages.base.with.warmup-steps=5",
            .. TorturePipelines.ManyAttempts(["base"]),
        ];
        return await UndisturbedAsync("base-only", command, name => new R1Command(Path.Combine(folder, "small", name)));
    }

    private async Task<ChainTorture> CountingAsync()
    {
        string[] command = ["run", Write("counting.yaml", TorturePipelines.Counting)];
        return await UndisturbedAsync("counting", command, name => new R1Command(Path.Combine(folder, "counting", name), R1Command.CountingWorker));
    }

    private async Task<ChainTorture> UndisturbedAsync(string pipeline, string[] command, Func<string, R1Command> fresh)
    {
        R1Command undisturbed = fresh("undisturbed");
        await Part($"{pipeline}, never killed", undisturbed.SucceedAsync("", command));
        return await ChainTorture.OfAsync(pipeline, command, undisturbed, fresh);
    }

    private static IEnumerable<long> Steps(StageShape shape, int every) => Enumerable.Range(1, (int)shape.Steps).Where(step => step % every == 0).Select(step => (long)step);

    private string Write(string name, string text)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private async Task Part(string what, Task work)
    {
        await work;
        Console.Error.WriteLine($"{_watch.Elapsed:hh\\:mm\\:ss}  {what}");
    }

    private async Task<TortureOutcome> Part(string what, Task<TortureOutcome> work)
    {
        TortureOutcome outcome = await work;
        Console.Error.WriteLine($"{_watch.Elapsed:hh\\:mm\\:ss}  {what}: {outcome.Kills.Count} kills, {(outcome.Problems.Count == 0 ? "equal" : $"{outcome.Problems.Count} DIFFERENCES")}");
        return outcome;
    }

    private sealed record Lane(List<TortureOutcome> Outcomes, List<StageShape> Shapes);
}
