using System.Text.Json.Nodes;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Safetensors;
using R1Pipeline.Data.Tokenizers;

namespace R1Pipeline.Stages.ImportModel;

/// <summary>
/// The files of a Hugging Face folder that make up a model. Others stay behind: other weight formats, pictures, git data, and safetensors files that hold no weights
/// of it, which vLLM would load with the rest.
/// </summary>
internal static class ModelFiles
{
    private const int BufferBytes = 4 << 20;

    /// <summary>Taken along and never read, so they may be empty, as an <c>__init__.py</c> is.</summary>
    private static readonly string[] Beside = ["LICENSE*", "*.py"];

    private static readonly string[] Patterns =
    [
        "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json",
        "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt", "chat_template.jinja", .. Beside,
    ];

    /// <summary>Copies them and returns their bytes.</summary>
    /// <exception cref="StageFailedException">UserData: the folder has no weights in safetensors, or something that is no file has a file's name.</exception>
    public static long Copy(string source, string target, Action<long> progress)
    {
        string[] files = [.. Patterns.SelectMany(pattern => Matches(source, pattern)).Concat([WeightFiles.Locate(source), .. WeightFiles.Of(source)]).Distinct().Order(StringComparer.Ordinal)];

        // Before anything is copied: a device would be copied without end.
        string[] empty = [.. Beside.SelectMany(pattern => Matches(source, pattern)).Where(ModelFile.IsEmpty)];
        foreach (string file in files.Except(empty)) _ = ModelFile.LengthOf(file);
        foreach (string file in empty) File.WriteAllBytes(Path.Combine(target, Path.GetFileName(file)), []);
        return files.Except(empty).Sum(file => CopyFile(file, target, progress));
    }

    /// <summary>
    /// Puts <paramref name="eosId"/> before the other end tokens of the model's configuration, which go on ending an output: it is the one that a reader of a single
    /// one takes.
    /// </summary>
    /// <param name="directory">The model's folder.</param>
    /// <param name="eosId">The token.</param>
    /// <param name="always">Whether a file that names no end token gets it; otherwise it stays as it is.</param>
    public static void PutEndTokenFirst(string directory, int eosId, bool always)
    {
        foreach (string name in (string[])["config.json", "generation_config.json"])
        {
            string path = Path.Combine(directory, name);
            if (!File.Exists(path) || JsonNode.Parse(File.ReadAllBytes(path)) is not JsonObject config || (config["eos_token_id"] is null && !always)) continue;
            JsonNode?[] named = config["eos_token_id"] is JsonArray list ? [.. list] : [config["eos_token_id"]];
            int[] ids = [.. named.OfType<JsonValue>().Select(id => id.TryGetValue(out int number) ? number : -1).Where(id => id >= 0)];
            if (ids.Length > 0 && ids[0] == eosId) continue;
            config["eos_token_id"] = GenerationConfigFile.EndValue([eosId, .. ids.Where(id => id != eosId)]);
            File.WriteAllText(path, config.ToJsonString(ContractJson.Indented) + "\n");
        }
    }

    private static IEnumerable<string> Matches(string directory, string pattern)
    {
        if (pattern.Contains('*', StringComparison.Ordinal)) return Directory.EnumerateFiles(directory, pattern);
        string path = Path.Combine(directory, pattern);
        return ModelFile.Exists(path) ? [path] : [];
    }

    private static long CopyFile(string file, string target, Action<long> progress)
    {
        byte[] buffer = new byte[BufferBytes];
        using FileStream input = ModelFile.Open(file);
        using var output = File.Create(Path.Combine(target, Path.GetFileName(file)));
        for (int count = input.Read(buffer); count > 0; count = input.Read(buffer))
        {
            output.Write(buffer, 0, count);
            progress(1);
        }

        return output.Length;
    }
}
