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

    private const string TemplateKey = "chat_template", DefaultTemplate = "default";

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

    /// <summary>
    /// The chat template: <c>chat_template.jinja</c>, else the config's string, else the entry named <c>default</c> of its named ones, the last of several as in
    /// transformers; null when there is none.
    /// </summary>
    /// <exception cref="StageFailedException">UserData: the file cannot be read, or the config has something else in the template's place.</exception>
    public static string? ChatTemplate(string directory, JsonObject config)
    {
        string path = Path.Combine(directory, "chat_template.jinja");
        if (ModelFile.Exists(path)) return Text(path, ModelFile.Read(path, MaxTemplateBytes));
        return config[TemplateKey] switch
        {
            null => null,
            JsonValue value when value.TryGetValue(out string? text) => text,
            JsonArray list => list.Select(entry => Named(directory, (entry as JsonObject)?["name"], (entry as JsonObject)?["template"])).LastOrDefault(entry => entry.Name == DefaultTemplate).Template,
            JsonObject named => named.Select(entry => Named(directory, entry.Key, entry.Value)).LastOrDefault(entry => entry.Name == DefaultTemplate).Template,
            _ => throw NoTemplate(directory),
        };
    }

    private static (string Name, string Template) Named(string directory, JsonNode? name, JsonNode? template) =>
        TokenizerFiles.TextOf(name) is { } known && TokenizerFiles.TextOf(template) is { } text ? (known, text) : throw NoTemplate(directory);

    private static StageFailedException NoTemplate(string directory) =>
        new(StageFailureClass.UserData, $"{Path.Combine(directory, FileName)}: {TemplateKey} is no chat template; a text, or texts by their names, is expected");

    private static string Text(string path, byte[] bytes) => Utf8.IsValid(bytes)
        ? Encoding.UTF8.GetString(bytes)
        : throw new StageFailedException(StageFailureClass.UserData, $"{path} is not UTF-8");
}
