using System.Diagnostics;
using System.Globalization;

namespace R1Pipeline.Benchmarks.Torture;

/// <summary>The table that the README quotes: when, what, how many kills of whom, and whether everything was equal.</summary>
/// <param name="outcome">All runs together.</param>
/// <param name="shapes">The stages, in the order of the rows.</param>
internal sealed class TortureTable(TortureOutcome outcome, IReadOnlyList<StageShape> shapes)
{
    private static readonly string[] Columns = [Processes.Worker, Processes.Owner, Processes.Both];

    public void Print()
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.UtcNow:yyyy-MM-dd}, commit {Commit()}, {Environment.ProcessorCount} cores"));
        Console.WriteLine();
        Console.WriteLine("| SIGKILL in | worker | orchestrator | both | all |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (string stage in shapes.Select(shape => shape.Name).Append(TortureOutcome.BetweenWrites)) Row(stage, kill => kill.Stage == stage);
        string[] rl = [.. shapes.Where(shape => shape.IsRl).Select(shape => shape.Name)];
        Row("RL stages", kill => rl.Contains(kill.Stage));
        Row("all", _ => true);
        Console.WriteLine();
        Console.WriteLine(outcome.Problems.Count == 0
            ? "Every resumed run equals the one that was never killed: sha256 of every output, one set of metrics a step, every rollout and shard."
            : $"DIFFERENT: {outcome.Problems.Count} differences to the run that was never killed.");
    }

    private void Row(string name, Func<(string Stage, string Process), bool> belongs)
    {
        (string Stage, string Process)[] kills = [.. outcome.Kills.Where(belongs)];
        Console.WriteLine($"| {name} | {string.Join(" | ", Columns.Select(process => kills.Count(kill => kill.Process == process)))} | {kills.Length} |");
    }

    private static string Commit()
    {
        using Process git = Process.Start(new ProcessStartInfo("git", ["-C", R1Command.Root, "describe", "--always", "--dirty", "--exclude", "*"]) { RedirectStandardOutput = true })!;
        string commit = git.StandardOutput.ReadToEnd().Trim();
        git.WaitForExit();
        return commit;
    }
}
