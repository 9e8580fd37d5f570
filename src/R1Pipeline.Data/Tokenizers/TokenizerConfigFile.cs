using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Data.Tokenizers;

/// <summary>The <c>tokenizer_config.json</c> of a model folder, which the tokenizer and the chat template share: read, changed by key, written.</summary>
internal static class TokenizerConfigFile
{
    /// <summary>A key that stands twice is an error of its own, not one of whoever looks first.</summary>
    internal static readonly JsonDocumentOptions EachKeyOnce = new() { AllowDuplicateProperties = false };

    private const string FileName = "tokenizer_config.json";

    /// <summary>The file's object; null when there is no file.</summary>
    public static JsonObject? Read(string directory)
    {
        string path = Path.Combine(directory, FileName);
        if (!File.Exists(path)) return null;
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(path), null, EachKeyOnce) as JsonObject
                ?? throw new StageFailedException(StageFailureClass.UserData, $"{path} is not a JSON object");
        }
        catch (JsonException e)
        {
            throw new StageFailedException(StageFailureClass.UserData, $"{path} is not JSON: {e.Message}", e);
        }
    }

    public static void Write(string directory, JsonObject config) =>
        File.WriteAllText(Path.Combine(directory, FileName), config.ToJsonString(ContractJson.Indented) + "\n");

    /// <summary>A token entry, written as a string or as an object with <c>content</c>.</summary>
    public static string? TokenText(JsonObject config, string key) => config[key] switch
    {
        JsonValue value when value.TryGetValue(out string? text) => text,
        JsonObject token when token["content"] is JsonValue content && content.TryGetValue(out string? text) => text,
        _ => null,
    };

    /// <summary>The chat template: <c>chat_template.jinja</c>, else the config's string, else the entry named <c>default</c> of its list.</summary>
    public static string? ChatTemplate(string directory, JsonObject config)
    {
        string path = Path.Combine(directory, "chat_template.jinja");
        if (File.Exists(path)) return File.ReadAllText(path);
        return config["chat_template"] switch
        {
            JsonValue value when value.TryGetValue(out string? text) => text,
            JsonArray list => list.OfType<JsonObject>().FirstOrDefault(entry => TokenizerFiles.TextOf(entry["name"]) == "default") is { } entry ? TokenizerFiles.TextOf(entry["template"]) : null,
            _ => null,
        };
    }
}
