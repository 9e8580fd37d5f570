using System.Text;
using System.Text.Json;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Stages.Shards;

/// <summary>
/// Works through numbered shards, each one a step with its figures, and keeps the results of finished shards in the checkpoints:
/// a resumed stage repeats at most the shards after the last one. A shard's result must depend on its number alone.
/// </summary>
internal sealed class ShardLoop<TResult>(ILoopHost host)
    where TResult : class
{
    private const string FileName = "shards.jsonl";

    /// <summary>Does the shards that <paramref name="resumeDirectory"/> does not hold yet and returns all results, in order.</summary>
    /// <param name="numShards">Shards in all: the planned steps.</param>
    /// <param name="work">Makes the result of one shard (from 0).</param>
    /// <param name="figures">The step's figures.</param>
    /// <param name="resumeDirectory">A checkpoint of this loop; null: from the start.</param>
    public IReadOnlyList<TResult> Run(
        int numShards, Func<int, TResult> work, Func<TResult, IReadOnlyDictionary<string, double>> figures, string? resumeDirectory)
    {
        host.Plan(numShards);
        var results = resumeDirectory is null ? [] : Load(resumeDirectory, numShards);
        for (int shard = results.Count; shard < numShards; shard++)
        {
            host.Phase("sampling");
            var result = work(shard);
            results.Add(result);
            host.CompleteStep(new StepMetrics(shard + 1, null, figures(result)));
            if (host.CheckpointDue) host.Checkpoint(shard + 1, directory => Save(directory, results));
        }

        return results;
    }

    private static void Save(string directory, IReadOnlyList<TResult> results)
    {
        using var writer = new StreamWriter(Path.Combine(directory, FileName), append: false, new UTF8Encoding(false)) { NewLine = "\n" };
        foreach (var result in results) writer.WriteLine(JsonSerializer.Serialize(result, ContractJson.Compact));
    }

    private static List<TResult> Load(string directory, int numShards)
    {
        string path = Path.Combine(directory, FileName);
        List<TResult> results =
        [
            .. File.ReadLines(path).Select(line => JsonSerializer.Deserialize<TResult>(line, ContractJson.Compact)
                ?? throw new InvalidDataException($"{path}: an empty shard.")),
        ];
        if (results.Count > numShards) throw new InvalidDataException($"{path}: {results.Count} shards where the stage has {numShards}.");
        return results;
    }
}
