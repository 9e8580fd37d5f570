using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Data.Safetensors;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Weights;

/// <summary>
/// Writes weights into a folder the way transformers does: one <c>model.safetensors</c> where they fit, else numbered shards, filled in the given order, and
/// <c>model.safetensors.index.json</c>.
/// </summary>
internal static class ShardedWriter
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <param name="directory">The folder, without weights.</param>
    /// <param name="tensors">Contiguous fp32 tensors, asked for when they are written, and how they are stored.</param>
    /// <param name="maxShardBytes">Largest shard; a tensor that is larger has one of its own.</param>
    public static void Write(string directory, IReadOnlyList<(SafetensorsSlot Slot, Func<Tensor> Values)> tensors, long maxShardBytes)
    {
        List<(SafetensorsSlot Slot, Func<Tensor> Values)>[] shards = [.. Split(tensors, tensor => tensor.Slot.Length, maxShardBytes)];
        for (int i = 0; i < shards.Length; i++) SafetensorsWriter.Write(Path.Combine(directory, FileName(i, shards.Length)), shards[i]);
        if (shards.Length > 1) WriteIndex(directory, [.. shards.Select(shard => shard.ConvertAll(tensor => tensor.Slot))]);
    }

    /// <summary>Name of a shard.</summary>
    internal static string FileName(int shard, int count) => count == 1 ? WeightFiles.SingleFile : $"model-{shard + 1:00000}-of-{count:00000}.safetensors";

    /// <summary>The tensors in the given order, as many a shard as fit.</summary>
    internal static IEnumerable<List<T>> Split<T>(IEnumerable<T> tensors, Func<T, long> bytesOf, long maxShardBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxShardBytes, 1);
        var shard = new List<T>();
        long bytes = 0;
        foreach (T tensor in tensors)
        {
            if (shard.Count > 0 && bytes + bytesOf(tensor) > maxShardBytes)
            {
                yield return shard;
                (shard, bytes) = ([], 0);
            }

            shard.Add(tensor);
            bytes += bytesOf(tensor);
        }

        yield return shard;
    }

    /// <summary>Writes which shard holds which tensor.</summary>
    internal static void WriteIndex(string directory, IReadOnlyList<List<SafetensorsSlot>> shards)
    {
        var shardOf = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < shards.Count; i++)
        {
            foreach (SafetensorsSlot slot in shards[i]) shardOf.Add(slot.Name, FileName(i, shards.Count));
        }

        var index = new JsonObject
        {
            ["metadata"] = new JsonObject { ["total_size"] = shards.Sum(shard => shard.Sum(slot => slot.Length)) },
            ["weight_map"] = new JsonObject(shardOf.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
        };
        File.WriteAllText(Path.Combine(directory, SafetensorsIndex.FileName), index.ToJsonString(Indented) + "\n");
    }
}
