using System.Text.Json;
using System.Text.Json.Nodes;
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
    /// <param name="tensors">Contiguous fp32 tensors and how they are stored.</param>
    /// <param name="maxShardBytes">Largest shard; a tensor that is larger has one of its own.</param>
    public static void Write(string directory, IReadOnlyList<(SafetensorsSlot Slot, Tensor Values)> tensors, long maxShardBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxShardBytes, 1);
        List<List<(SafetensorsSlot Slot, Tensor Values)>> shards = [[]];
        long bytes = 0;
        foreach (var tensor in tensors)
        {
            if (bytes > 0 && bytes + tensor.Slot.Length > maxShardBytes)
            {
                shards.Add([]);
                bytes = 0;
            }

            shards[^1].Add(tensor);
            bytes += tensor.Slot.Length;
        }

        if (shards.Count == 1)
        {
            SafetensorsWriter.Write(Path.Combine(directory, SafetensorsFolder.SingleFile), shards[0]);
            return;
        }

        var shardOf = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < shards.Count; i++)
        {
            string file = $"model-{i + 1:00000}-of-{shards.Count:00000}.safetensors";
            SafetensorsWriter.Write(Path.Combine(directory, file), shards[i]);
            foreach (var (slot, _) in shards[i]) shardOf.Add(slot.Name, file);
        }

        var index = new JsonObject
        {
            ["metadata"] = new JsonObject { ["total_size"] = tensors.Sum(tensor => tensor.Slot.Length) },
            ["weight_map"] = new JsonObject(shardOf.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
        };
        File.WriteAllText(Path.Combine(directory, SafetensorsFolder.IndexFile), index.ToJsonString(Indented) + "\n");
    }
}
