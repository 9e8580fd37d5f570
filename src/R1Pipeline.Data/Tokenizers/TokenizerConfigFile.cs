using System.Text;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Safetensors;

namespace R1Pipeline.Data.Tokenizers;

/// <summary>The <c>tokenizer_config.json</c> of a model folder, which the tokenizer and the chat template share: read, changed by key, written.</summary>
internal static class TokenizerConfigFile
{
    internal const string FileName = "tokenizer_config.json";

    /// <summary>More than a hundred times the longest published template.</summary>
    private const long MaxTemplateBytes = 4 << 20;

    /// <summary>The file's object; null when there is no file.</summary>
    /// <exception cref="StageFailedException">UserData: it cannot be read, or is not a JSON object.</exception>
    public static JsonObject? Read(string directory)
    {
        string path = Path.Combine(directory, FileName);
        return ModelFile.Exists(path) ? ModelJson.ReadObject(path) : null;
    }

    public static void Write(string directory, JsonObject config) =>
        File.WriteAllText(Path.Combine(directory, FileName), config.ToJsonString(ContractJson.Indented) + "\n");

    /// <summary>A token entry, written as a string or as an object with <c>content</c>.</summary>
    public static string? TokenText(JsonObject config, string key) => TokenText(config[key]);

    /// <inheritdoc cref="TokenText(JsonObject, string)"/>
    public static string? TokenText(JsonNode? entry) => entry switch
    {
        JsonValue value when value.TryGetValue(out string? text) => text,
        JsonObject token when token["content"] is JsonValue content && content.TryGetValue(out string? text) => text,
        _ => null,
    };

    /// <summary>The chat template: <c>chat_template.jinja</c>, else the config's string, else the entry named <c>default</c> of its list.</summary>
    public static string? ChatTemplate(string directory, JsonObject config)
    {
        string path = Path.Combine(directory, "chat_template.jinja");
        if (ModelFile.Exists(path)) return Text(path, ModelFile.Read(path, MaxTemplateBytes));
        return config["chat_template"] switch
        {
            JsonValue value when value.TryGetValue(out string? text) => text,
            JsonArray list => list.OfType<JsonObject>().FirstOrDefault(entry => TokenizerFiles.TextOf(entry["name"]) == "default") is { } entry ? TokenizerFiles.TextOf(entry["template"]) : null,
            _ => null,
        };
    }

    private static string Text(string path, byte[] bytes) => Utf8.IsValid(bytes)
        ? Encoding.UTF8.GetString(bytes)
        : throw new StageFailedException(StageFailureClass.UserData, $"{path} is not UTF-8");
}
