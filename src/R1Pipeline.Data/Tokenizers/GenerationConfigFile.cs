using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Safetensors;

namespace R1Pipeline.Data.Tokenizers;

/// <summary>
/// <c>generation_config.json</c>: how other software samples from a model, and every token at which it stops (Llama 3 has three). A model keeps the file that
/// it came with; one made here gets one with its special tokens.
/// </summary>
public static class GenerationConfigFile
{
    private const string FileName = "generation_config.json", ConfigName = "config.json", EndKey = "eos_token_id";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The file's bytes; null where the folder has none.</summary>
    /// <param name="directory">The model's folder.</param>
    /// <param name="vocabularySize">Rows of its embedding: other software looks these tokens up there, also the end token, with which it fills up where no other is named.</param>
    /// <exception cref="StageFailedException">UserData: it is not a JSON object, or a token in it is no token id of the model.</exception>
    public static byte[]? Read(string directory, int vocabularySize)
    {
        string path = Path.Combine(directory, FileName);
        if (!ModelFile.Exists(path)) return null;
        foreach (string key in (string[])["bos_token_id", EndKey, "pad_token_id"])
        {
            if (Ids(path, key).FirstOrDefault(id => id >= vocabularySize, -1) is >= 0 and var stray)
                throw new StageFailedException(StageFailureClass.UserData, $"{path}: {key} {stray} is outside the vocabulary of {vocabularySize}");
        }

        return File.ReadAllBytes(path);
    }

    /// <summary>
    /// The tokens each of which ends an output: the <c>eos_token_id</c> of <c>generation_config.json</c>, one or several, else of <c>config.json</c>; empty where neither
    /// names any.
    /// </summary>
    /// <exception cref="StageFailedException">UserData: a file is not a JSON object, or an end token is no token id.</exception>
    public static IReadOnlyList<int> EndTokens(string directory) =>
        ((string[])[FileName, ConfigName]).Select(file => Path.Combine(directory, file)).Where(ModelFile.Exists).Select(path => Ids(path, EndKey)).FirstOrDefault(ids => ids.Length > 0) ?? [];

    /// <summary>Writes the file: <paramref name="kept"/>, or where that is null one with these special tokens.</summary>
    /// <param name="directory">The model's folder.</param>
    /// <param name="kept">The file that the model came with; null: none.</param>
    /// <param name="bosId">The token before a text; null: none.</param>
    /// <param name="endIds">The tokens each of which ends an output.</param>
    /// <param name="padId">The token that fills up; null: none.</param>
    public static void Write(string directory, byte[]? kept, int? bosId, IReadOnlyList<int> endIds, int? padId)
    {
        string path = Path.Combine(directory, FileName);
        if (kept is not null)
        {
            File.WriteAllBytes(path, kept);
            return;
        }

        var generation = new JsonObject();
        if (bosId is { } bos) generation["bos_token_id"] = bos;
        if (EndValue(endIds) is { } end) generation[EndKey] = end;
        if (padId is { } pad) generation["pad_token_id"] = pad;
        File.WriteAllText(path, generation.ToJsonString(Indented) + "\n");
    }

    /// <summary>An <c>eos_token_id</c>: one id alone, several as a list; null for none.</summary>
    public static JsonNode? EndValue(IReadOnlyList<int> endIds) => endIds.Count switch
    {
        0 => null,
        1 => endIds[0],
        _ => new JsonArray([.. endIds.Select(id => (JsonNode)id)]),
    };

    // -1 is a way to say: none.
    private static int[] Ids(string path, string key)
    {
        using JsonDocument document = ModelJson.Read(path);
        if (!document.RootElement.TryGetProperty(key, out JsonElement value) || value.ValueKind == JsonValueKind.Null) return [];
        JsonElement[] elements = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        if (elements.All(id => id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out int number) && number >= -1)) return [.. elements.Select(id => id.GetInt32()).Where(id => id >= 0)];
        throw new StageFailedException(StageFailureClass.UserData, $"{path}: {key} is {ModelJson.Shown(value)}; a token id, or a list of them, is expected");
    }
}
