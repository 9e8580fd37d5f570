using System.Text.Json.Nodes;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Stages.ImportModel;

/// <summary>The files of a Hugging Face folder that make up a model. Others (other weight formats, pictures, git data) stay behind.</summary>
internal static class ModelFiles
{
    private const int BufferBytes = 4 << 20;

    private static readonly string[] Patterns =
    [
        "config.json", "generation_config.json", "*.safetensors", "model.safetensors.index.json", "tokenizer.json", "tokenizer_config.json",
        "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt", "chat_template.jinja", "LICENSE*",
    ];

    /// <summary>Copies them and returns their bytes.</summary>
    /// <exception cref="StageFailedException">The folder has no weights in safetensors.</exception>
    public static long Copy(string source, string target, Action<long> progress)
    {
        string[] files = [.. Patterns.SelectMany(pattern => Directory.EnumerateFiles(source, pattern)).Distinct().Order(StringComparer.Ordinal)];
        if (!files.Any(file => file.EndsWith(".safetensors", StringComparison.Ordinal)))
        {
            throw new StageFailedException(StageFailureClass.UserData, $"{source} has no *.safetensors file; convert the weights to safetensors.");
        }

        return files.Sum(file => Copy(new FileInfo(file), target, progress));
    }

    /// <summary>Makes <paramref name="eosId"/> the end token of the model's configuration: other software then stops where the chat template ends a turn.</summary>
    public static void SetEndToken(string directory, int eosId)
    {
        foreach (string name in (string[])["config.json", "generation_config.json"])
        {
            string path = Path.Combine(directory, name);
            if (!File.Exists(path) || JsonNode.Parse(File.ReadAllBytes(path)) is not JsonObject config) continue;
            config["eos_token_id"] = eosId;
            File.WriteAllText(path, config.ToJsonString(ContractJson.Indented) + "\n");
        }
    }

    /// <summary>Puts <paramref name="eosId"/> before the other end tokens of the model's configuration: it is the one that a reader of a single one takes.</summary>
    public static void PutEndTokenFirst(string directory, int eosId)
    {
        foreach (string name in (string[])["config.json", "generation_config.json"])
        {
            string path = Path.Combine(directory, name);
            if (!File.Exists(path) || JsonNode.Parse(File.ReadAllBytes(path)) is not JsonObject config || config["eos_token_id"] is not { } ends) continue;
            JsonNode?[] named = ends is JsonArray list ? [.. list] : [ends];
            int[] ids = [.. named.OfType<JsonValue>().Select(id => id.TryGetValue(out int number) ? number : -1).Where(id => id >= 0)];
            if (ids.Length > 0 && ids[0] == eosId) continue;
            config["eos_token_id"] = new JsonArray([.. ids.Where(id => id != eosId).Prepend(eosId).Select(id => (JsonNode)id)]);
            File.WriteAllText(path, config.ToJsonString(ContractJson.Indented) + "\n");
        }
    }

    private static long Copy(FileInfo file, string target, Action<long> progress)
    {
        byte[] buffer = new byte[BufferBytes];
        using var input = file.OpenRead();
        using var output = File.Create(Path.Combine(target, file.Name));
        for (int count = input.Read(buffer); count > 0; count = input.Read(buffer))
        {
            output.Write(buffer, 0, count);
            progress(1);
        }

        return output.Length;
    }
}
