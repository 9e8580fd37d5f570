using System.Text.Json;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Data.Safetensors;

/// <summary>The index of weights in shards, <c>model.safetensors.index.json</c>: which file of the folder holds which tensor.</summary>
public static class SafetensorsIndex
{
    /// <summary>Its name.</summary>
    public const string FileName = "model.safetensors.index.json";

    private const string Suffix = ".safetensors";

    /// <summary>The longest name that a file system takes.</summary>
    private const int MaxNameCharacters = 255;

    /// <summary>Tensor names with the file of each, in the order of the index.</summary>
    /// <exception cref="StageFailedException">UserData: it is no index, or names a file that is not one of the same folder.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> Read(string path)
    {
        using JsonDocument document = ModelJson.Read(path);
        if (!document.RootElement.TryGetProperty("weight_map", out JsonElement map) || map.ValueKind != JsonValueKind.Object)
            throw Wrong(path, "weight_map, an object of tensor names and files, is expected");
        return [.. map.EnumerateObject().Select(entry => KeyValuePair.Create(entry.Name, FileOf(path, entry)))];
    }

    private static string FileOf(string path, JsonProperty entry)
    {
        string? file = entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString() : null;
        bool plain = file is { Length: <= MaxNameCharacters } && file == Path.GetFileName(file) && !file.Any(char.IsControl) && file.EndsWith(Suffix, StringComparison.Ordinal);
        if (entry.Name.Any(char.IsControl)) throw Wrong(path, $"the name of tensor {ModelJson.Shown(entry.Name)} has control characters");
        return plain ? file! : throw Wrong(path, $"tensor {ModelJson.Shown(entry.Name)} lies in {ModelJson.Shown(entry.Value)}; a {Suffix} file of the same folder is expected");
    }

    private static StageFailedException Wrong(string path, string problem) => new(StageFailureClass.UserData, $"{path}: {problem}");
}
