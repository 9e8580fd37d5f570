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
        List<byte[]> lines = [.. results.Select(Line)];
        for (int shard = results.Count; shard < numShards; shard++)
        {
            host.Phase("sampling");
            var result = work(shard);
            results.Add(result);
            lines.Add(Line(result));
            host.CompleteStep(new StepMetrics(shard + 1, null, figures(result)));
            if (host.CheckpointDue) host.Checkpoint(shard + 1, () => [File([.. lines])]);
        }

        return results;
    }

    private static byte[] Line(TResult result) => [.. JsonSerializer.SerializeToUtf8Bytes(result, ContractJson.Compact), (byte)'\n'];

    private static CheckpointFile File(IReadOnlyList<byte[]> lines) => new(FileName, lines.Sum(line => (long)line.Length), stream =>
    {
        foreach (var line in lines) stream.Write(line);
    });

    private static List<TResult> Load(string directory, int numShards)
    {
        string path = Path.Combine(directory, FileName);
        List<TResult> results =
        [
            .. System.IO.File.ReadLines(path).Select(line => JsonSerializer.Deserialize<TResult>(line, ContractJson.Compact)
                ?? throw new InvalidDataException($"{path}: an empty shard.")),
        ];
        if (results.Count > numShards) throw new InvalidDataException($"{path}: {results.Count} shards where the stage has {numShards}.");
        return results;
    }
}
