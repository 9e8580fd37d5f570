using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Data.Safetensors;

/// <summary>
/// A JSON file of a model folder. Refuses one that is missing, far larger than a real one, not JSON, not an object, with a key twice, or with a text that is no
/// Unicode, before much is allocated.
/// </summary>
public static class ModelJson
{
    /// <summary>Room for an index of more than a hundred thousand tensors.</summary>
    private const long MaxBytes = 16 << 20;

    /// <summary>Room for twice the merges of the largest published tokenizers of these families, and for an index of that many tensors.</summary>
    private const int MaxEntries = 1 << 19, MaxValues = 1 << 22;

    private const int MaxShownCharacters = 100;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Reads it; the caller disposes the document, whose root is an object.</summary>
    /// <exception cref="StageFailedException">UserData.</exception>
    public static JsonDocument Read(string path)
    {
        JsonDocument document = Parsed(path, ModelFile.Read(path, MaxBytes), text => JsonDocument.Parse(text, Strict));
        if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
        document.Dispose();
        throw NoObject(path);
    }

    /// <summary>A value as a message shows it: its beginning.</summary>
    public static string Shown(JsonElement value) => Shown(value.GetRawText());

    /// <summary>A name as a message shows it: its beginning, in one line.</summary>
    public static string Shown(string name) =>
        string.Concat((name.Length <= MaxShownCharacters ? name : name[..MaxShownCharacters] + "…").Select(c => char.IsControl(c) ? ' ' : c));

    /// <summary>The same as an object that can be changed.</summary>
    /// <exception cref="StageFailedException">UserData.</exception>
    public static JsonObject ReadObject(string path) => ParseObject(path, ModelFile.Read(path, MaxBytes));

    /// <summary>The object that a file's bytes are.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="text">Its bytes.</param>
    /// <exception cref="StageFailedException">UserData.</exception>
    public static JsonObject ParseObject(string path, byte[] text) => Parsed(path, text, static text => JsonNode.Parse(text, null, Strict)) as JsonObject ?? throw NoObject(path);

    /// <summary>
    /// Finds what the parser lets through: texts that fail only where they are looked at, and lists and objects of so many entries that they are no part of a model
    /// but would fill the memory.
    /// </summary>
    /// <exception cref="JsonException">It is no JSON of a model folder.</exception>
    public static void Check(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json)) throw new JsonException("it is not UTF-8");
        var reader = new Utf8JsonReader(json);
        var entries = new Stack<int>();
        int values = 0;
        bool named = false;
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject)
            {
                _ = entries.Pop();
                continue;
            }

            if (++values > MaxValues) throw new JsonException($"it has more than {MaxValues} values");
            if (!named && entries.TryPop(out int count))
            {
                if (++count > MaxEntries) throw new JsonException($"one list or object has more than {MaxEntries} entries");
                entries.Push(count);
            }

            named = reader.TokenType == JsonTokenType.PropertyName;                     // and its value is no entry of its own
            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject) entries.Push(0);
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName) || !reader.ValueIsEscaped) continue;
            try
            {
                _ = reader.GetString();
            }
            catch (InvalidOperationException half)
            {
                throw new JsonException($"a text at byte {reader.TokenStartIndex} has half of a surrogate pair", half);
            }
        }
    }

    private static T Parsed<T>(string path, byte[] text, Func<byte[], T> parse)
    {
        try
        {
            Check(text);
            return parse(text);
        }
        catch (JsonException wrong)
        {
            throw new StageFailedException(StageFailureClass.UserData, $"{path} is not JSON: {StandIns.OfFile(text) ?? wrong.Message}", wrong);
        }
    }

    private static StageFailedException NoObject(string path) => new(StageFailureClass.UserData, $"{path} is not a JSON object");
}
