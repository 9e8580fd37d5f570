using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Randomness;

namespace R1Pipeline.Training.Tests.MalformedModels;

/// <summary>Sharded models whose index and files do not fit together.</summary>
internal static class ShardDamage
{
    private const string Index = "model.safetensors.index.json";

    public static IEnumerable<MalformedModel> All()
    {
        for (int i = 0; i < 2; i++)
        {
            yield return Shard($"shard-missing-{i}", File.Delete);
            yield return Shard($"shard-empty-{i}", path => File.WriteAllBytes(path, []));
            yield return Shard($"shard-cut-{i}", path => File.WriteAllBytes(path, File.ReadAllBytes(path)[..^(1 + i * 100)]));
            yield return Entry($"tensor-not-in-its-shard-{i}", (map, tensor) => map[tensor] = map.First(pair => pair.Value!.GetValue<string>() != map[tensor]!.GetValue<string>()).Value!.GetValue<string>());
            yield return Entry($"tensor-not-in-the-index-{i}", (map, tensor) => map.Remove(tensor));
        }

        yield return Entry("shard-outside-the-folder", (map, tensor) => map[tensor] = "../model.safetensors");
        yield return Entry("shard-at-the-root", (map, tensor) => map[tensor] = "/etc/passwd");
        yield return Entry("shard-of-another-kind", (map, tensor) => map[tensor] = "config.json");
        yield return Entry("shard-without-a-name", (map, tensor) => map[tensor] = "");
        yield return Entry("shard-is-a-number", (map, tensor) => map[tensor] = 7);
        yield return Entry("shard-of-several-lines", (map, tensor) => map[tensor] = "a\n\u001b[2J.safetensors");
        yield return Entry("tensor-of-several-lines", (map, tensor) => map["a\n\u001b[2J"] = map[tensor]!.GetValue<string>());
        yield return Shard("shard-is-a-folder", path => Replaced(path, () => Directory.CreateDirectory(path)));
        yield return Shard("shard-is-a-link-to-nothing", path => Replaced(path, () => File.CreateSymbolicLink(path, "/nowhere/at-all")));
        yield return Shard("shard-is-a-pipe", path => Replaced(path, () => FileDamage.Pipe(path)));
        yield return Shard("shard-has-a-tensor-of-another", Duplicated);
        yield return Entry("tensor-of-nobody", (map, tensor) => map["model.layers.7.stray"] = map[tensor]!.GetValue<string>());
        yield return Whole("index-empty", _ => "");
        yield return Whole("index-without-map", _ => "{\"metadata\": {}}");
        yield return Whole("index-map-is-a-list", _ => "{\"weight_map\": [1, 2]}");
        yield return Whole("index-map-empty", _ => "{\"weight_map\": {}}");
        yield return Whole("index-cut", text => text[..(text.Length / 2)]);
        yield return Whole("index-of-17-megabytes", text => text + new string(' ', 17 << 20));
        yield return Whole("index-nested-deeply", _ => new string('[', 50_000));
        yield return Whole("index-with-half-a-surrogate", _ => "{\"weight_map\": {\"\\ud800\": \"a.safetensors\"}}");
    }

    // The tensor that the other shard begins with, too.
    private static void Duplicated(string path)
    {
        string other = Directory.GetFiles(Path.GetDirectoryName(path)!, "model-*.safetensors").First(shard => shard != path);
        WeightFile file = WeightFile.Read(path);
        file.Append(WeightFile.Read(other).Tensors[0], 1);
        file.Write();
    }

    private static void Replaced(string path, Action make)
    {
        File.Delete(path);
        make();
    }

    private static MalformedModel Shard(string name, Action<string> change) => new($"shards/{name}", ValidModels.LlamaShards, "model-", (string directory, ref RandomStream random) =>
    {
        string[] shards = [.. Directory.GetFiles(directory, "model-*.safetensors").Order(StringComparer.Ordinal)];
        change(shards[random.NextInt(shards.Length)]);
    });

    private static MalformedModel Entry(string name, Action<JsonObject, string> change) => new($"shards/{name}", ValidModels.LlamaShards, "model", (string directory, ref RandomStream random) =>
    {
        string path = Path.Combine(directory, Index);
        JsonObject index = JsonNode.Parse(File.ReadAllText(path))!.AsObject(), map = index["weight_map"]!.AsObject();
        change(map, map.ElementAt(random.NextInt(map.Count)).Key);
        File.WriteAllText(path, index.ToJsonString());
    });

    private static MalformedModel Whole(string name, Func<string, string> change) => new($"shards/{name}", ValidModels.LlamaShards, Index, (string directory, ref RandomStream _) =>
    {
        string path = Path.Combine(directory, Index);
        File.WriteAllText(path, change(File.ReadAllText(path)));
    });
}
