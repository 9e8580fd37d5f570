using System.Text.Json;

namespace R1Pipeline.Benchmarks.Torture;

/// <summary>A kill that happened, as the log of the attempt tells in which it did: a kill that was only planned counts for nothing.</summary>
/// <param name="Stage">Stage name.</param>
/// <param name="Fault">The fault, as <c>R1_FAULT</c> named it.</param>
internal sealed record Strike(string Stage, string Fault)
{
    private const string Mark = "R1_FAULT strikes";

    /// <summary>Who died: one of <see cref="Processes"/>.</summary>
    public string Process => Fault.StartsWith("kill-tree", StringComparison.Ordinal) ? Processes.Both
        : Fault.StartsWith("kill-owner", StringComparison.Ordinal) ? Processes.Owner
        : Processes.Worker;

    /// <summary>All kills by workers' faults in a state folder; none when it does not exist yet.</summary>
    public static IReadOnlyList<Strike> ReadAll(string state) =>
        [.. Attempts(state).SelectMany(attempt => File.ReadLines(attempt.Log).Where(line => line.Contains(Mark, StringComparison.Ordinal)).Select(line => new Strike(attempt.Stage, Named(line))))];

    /// <summary>What the last attempt of a stage had counted when it was done.</summary>
    public static long ProgressOf(string state, string stage)
    {
        foreach ((_, string log) in Attempts(state).Where(attempt => attempt.Stage == stage))
        {
            foreach (string line in File.ReadLines(log))
            {
                if (JsonDocument.Parse(line).RootElement.TryGetProperty("ProgressCount", out JsonElement count)) return count.GetInt64();
            }
        }
        throw new InvalidOperationException($"no attempt of stage {stage} in {state} came to its end");
    }

    private static string Named(string line) => JsonDocument.Parse(line).RootElement.GetProperty(nameof(Fault)).GetString()!;

    private static IEnumerable<(string Stage, string Log)> Attempts(string state) =>
        from run in Directory.Exists(Path.Combine(state, "runs")) ? Directory.GetDirectories(Path.Combine(state, "runs")) : []
        let stages = Path.Combine(run, "stages")
        where Directory.Exists(stages)
        from stage in Directory.GetDirectories(stages)
        let attempts = Path.Combine(stage, "attempts")
        where Directory.Exists(attempts)
        from attempt in Directory.GetDirectories(attempts)
        let log = Path.Combine(attempt, "log.jsonl")
        where File.Exists(log)
        select (Path.GetFileName(stage), log);
}
