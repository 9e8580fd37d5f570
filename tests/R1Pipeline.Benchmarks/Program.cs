using R1Pipeline.Benchmarks;
using R1Pipeline.Benchmarks.Torture;

const string Usage = """
    Long measurements that the README quotes. Each starts the built r1 as a user would, in a state folder of its own.

      seeds [--seeds 1,2,3] [--state DIR]   the quickstart on several seeds, with and without the language reward: the README's table
      kills [--seed N] [--state DIR]        the quickstart, its whole process tree killed once in every stage, against a run never killed
      torture [--only PART] [--state DIR]   the one-minute pipeline, workers and orchestrator killed at hundreds of points of every stage, against a run
                                            never killed: the README's table; 1 on any difference. Parts: base, writes, workers, owners, trees

    dotnet run -c Release --project tests/R1Pipeline.Benchmarks -- seeds
    """;

string[] seeds = Option("--seeds", "1,2,3").Split(',', StringSplitOptions.RemoveEmptyEntries);
string state = Option("--state", Path.Combine(Path.GetTempPath(), $"r1-bench-{Environment.ProcessId}"));
switch (args.FirstOrDefault())
{
    case "seeds":
        return await new SeedsBenchmark(new R1Command(state)).RunAsync([.. seeds.Select(long.Parse)]);
    case "kills":
        return await new KillsBenchmark(state).RunAsync(long.Parse(Option("--seed", "1")));
    case "torture":
        return await new TortureSuite(state).RunAsync(Option("--only", "") is { Length: > 0 } part ? part : null);
    default:
        Console.Error.WriteLine(Usage);
        return args is ["--help"] ? 0 : 2;
}

string Option(string name, string fallback)
{
    int at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : fallback;
}
