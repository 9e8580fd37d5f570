using System.Text.Json;
using System.Text.Unicode;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Data.Safetensors;

/// <summary>
/// A JSON file of a model folder. Refuses one that is missing, far larger than a real one, not JSON, not an object, or with a text that is no Unicode,
/// before much is allocated.
/// </summary>
public static class ModelJson
{
    /// <summary>Room for an index of more than a hundred thousand tensors.</summary>
    private const long MaxBytes = 16 << 20;

    /// <summary>Reads it; the caller disposes the document, whose root is an object.</summary>
    /// <exception cref="StageFailedException">UserData.</exception>
    public static JsonDocument Read(string path)
    {
        if (!File.Exists(path)) throw Wrong($"{path} is missing");
        long bytes = new FileInfo(path).Length;
        if (bytes > MaxBytes) throw Wrong($"{path} has {bytes} bytes, at most {MaxBytes} are accepted: it is damaged, or no such file");
        byte[] text = File.ReadAllBytes(path);
        JsonDocument document;
        try
        {
            CheckTexts(text);
            document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException wrong)
        {
            throw new StageFailedException(StageFailureClass.UserData, $"{path} is not JSON: {wrong.Message}", wrong);
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
        document.Dispose();
        throw Wrong($"{path} is not a JSON object");
    }

    /// <summary>Finds texts that the parser lets through and that fail only where they are looked at.</summary>
    /// <exception cref="JsonException">A text is no Unicode.</exception>
    public static void CheckTexts(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json)) throw new JsonException("it is not UTF-8");
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
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

    private static StageFailedException Wrong(string problem) => new(StageFailureClass.UserData, problem);
}
