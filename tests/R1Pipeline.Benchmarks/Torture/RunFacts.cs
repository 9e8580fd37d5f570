using System.Security.Cryptography;
using System.Text.Json;

namespace R1Pipeline.Benchmarks.Torture;

/// <summary>All of a run that no kill may change: the hash of every output, the figures of every step, every rollout and every shard file.</summary>
internal sealed class RunFacts
{
    private readonly string _metrics;
    private readonly string _rollouts;
    private readonly IReadOnlyDictionary<string, string> _shards;

    private RunFacts(IReadOnlyList<JsonElement> stages, string metrics, string rollouts, IReadOnlyDictionary<string, string> shards) =>
        (Stages, _metrics, _rollouts, _shards) = (stages, metrics, rollouts, shards);

    /// <summary>The stages of <c>status --json</c>.</summary>
    public IReadOnlyList<JsonElement> Stages { get; }

    /// <summary>Number of rollouts in the ledger.</summary>
    public int NumRollouts => Lines(_rollouts).Length;

    /// <summary>Reads a run that is done.</summary>
    public static async Task<RunFacts> ReadAsync(R1Command r1, string run)
    {
        JsonElement status = await r1.StatusAsync(run);
        string state = status.GetProperty("state").GetString()!;
        if (state != "done") throw new InvalidOperationException($"run {run} is {state}");
        return new RunFacts(
            [.. status.GetProperty("stages").EnumerateArray()],
            await r1.SucceedAsync("metrics", run, "--json"),
            await r1.SucceedAsync("rollouts", run, "--json"),
            Shards(Path.Combine(r1.State, "runs", run, "stages")));
    }

    /// <summary>A stage's lines of <c>metrics --json</c>.</summary>
    public IReadOnlyList<JsonElement> StepsOf(string stage) =>
        [.. Lines(_metrics).Select(line => JsonDocument.Parse(line).RootElement).Where(line => line.GetProperty("stage").GetString() == stage)];

    /// <summary>In what this run differs from another one, and where the steps of either are not there once each; nothing: they are the same.</summary>
    public IEnumerable<string> DifferencesTo(RunFacts other)
    {
        foreach ((JsonElement mine, JsonElement theirs) in Stages.Zip(other.Stages))
        {
            string name = mine.GetProperty("name").GetString()!, hash = Hash(mine), expected = Hash(theirs);
            if (hash != expected) yield return $"{name}: the output is {hash}, expected {expected}";
            long planned = mine.GetProperty("steps_planned").GetInt64();
            var steps = StepsOf(name).Select(line => line.GetProperty("step").GetInt64());
            if (!steps.SequenceEqual(Enumerable.Range(1, (int)planned).Select(step => (long)step))) yield return $"{name}: its {planned} steps do not have one set of metrics each";
        }
        if (Stages.Count != other.Stages.Count) yield return $"{Stages.Count} stages, expected {other.Stages.Count}";
        if (_metrics != other._metrics) yield return "the metrics differ: " + FirstDifference(_metrics, other._metrics);
        if (_rollouts != other._rollouts) yield return "the ledger differs: " + FirstDifference(_rollouts, other._rollouts);
        foreach (string shard in _shards.Keys.Union(other._shards.Keys).Where(shard => _shards.GetValueOrDefault(shard) != other._shards.GetValueOrDefault(shard)))
        {
            yield return $"shard {shard} has sha256 {_shards.GetValueOrDefault(shard) ?? "(none)"}, expected {other._shards.GetValueOrDefault(shard) ?? "(none)"}";
        }
    }

    private static string Hash(JsonElement stage) => stage.GetProperty("artifact").GetProperty("sha256").GetString()!;

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string FirstDifference(string mine, string theirs)
    {
        string[] left = Lines(mine), right = Lines(theirs);
        int at = Enumerable.Range(0, Math.Max(left.Length, right.Length)).First(i => left.ElementAtOrDefault(i) != right.ElementAtOrDefault(i));
        return $"{left.Length} lines, expected {right.Length}; line {at + 1} is {Shortened(left.ElementAtOrDefault(at))}, expected {Shortened(right.ElementAtOrDefault(at))}";
    }

    private static string Shortened(string? line) => line is null ? "(none)" : line.Length > 300 ? line[..300] + "…" : line;

    private static SortedDictionary<string, string> Shards(string stages)
    {
        var shards = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string folder in Directory.GetDirectories(stages).Select(stage => Path.Combine(stage, "rollouts")).Where(Directory.Exists))
        {
            foreach (string file in Directory.GetFiles(folder)) shards.Add(Path.GetRelativePath(stages, file), Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))));
        }
        return shards;
    }
}
