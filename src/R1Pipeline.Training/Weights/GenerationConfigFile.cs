using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Safetensors;
using R1Pipeline.Training.Model;

namespace R1Pipeline.Training.Weights;

/// <summary>
/// <c>generation_config.json</c>: how other software samples from a model, and every token at which it stops (Llama 3 has three). A model keeps the file that
/// it came with; one made here gets one with its special tokens.
/// </summary>
public static class GenerationConfigFile
{
    private const string FileName = "generation_config.json";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The file's bytes; null where the folder has none.</summary>
    /// <exception cref="StageFailedException">UserData: it is not a JSON object, or an end token is no token id.</exception>
    public static byte[]? Read(string directory)
    {
        string path = Path.Combine(directory, FileName);
        if (!File.Exists(path)) return null;
        using JsonDocument document = ModelJson.Read(path);
        var keys = new ConfigKeys(path, document.RootElement);
        foreach (string key in (string[])["bos_token_id", "eos_token_id", "pad_token_id"]) _ = keys.TokenId(key);
        return File.ReadAllBytes(path);
    }

    /// <summary>Writes the file: <paramref name="kept"/>, or where that is null one with the special tokens of the config.</summary>
    internal static void Write(string directory, DecoderConfig config, byte[]? kept)
    {
        string path = Path.Combine(directory, FileName);
        if (kept is not null)
        {
            File.WriteAllBytes(path, kept);
            return;
        }

        var generation = new JsonObject();
        if (config.BosTokenId is { } bos) generation["bos_token_id"] = bos;
        if (config.EosTokenId is { } eos) generation["eos_token_id"] = eos;
        if (config.PadTokenId is { } pad) generation["pad_token_id"] = pad;
        File.WriteAllText(path, generation.ToJsonString(Indented) + "\n");
    }
}
