using System.Text.Encodings.Web;
using System.Text.Json;

namespace R1Pipeline.Rewards.Grading;

/// <summary>
/// Grades JSON Lines one line at a time, in order and in constant memory. A line that is not a JSON object or lacks a field gives
/// <c>{id, line, error}</c>, and the rest is graded.
/// </summary>
public static class JsonLinesGrader
{
    private static readonly JsonWriterOptions Output = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Grades every line that is not blank; the number of bad ones.</summary>
    /// <param name="input">JSON objects, one a line.</param>
    /// <param name="output">One object a line.</param>
    /// <param name="grade">Writes the fields of a row's grade behind its id; throws <see cref="RowException"/> for a row that it cannot grade.</param>
    /// <param name="stop">Ends between two lines.</param>
    public static int Run(TextReader input, TextWriter output, Action<JsonElement, Utf8JsonWriter> grade, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        int bad = 0;
        var buffer = new MemoryStream();
        for (int number = 1; input.ReadLine() is { } line; number++)
        {
            stop.ThrowIfCancellationRequested();
            if (string.IsNullOrWhiteSpace(line)) continue;
            if (!Write(buffer, line, number, grade)) bad++;
            output.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
        }

        return bad;
    }

    private static bool Write(MemoryStream buffer, string line, int number, Action<JsonElement, Utf8JsonWriter> grade)
    {
        JsonElement? id = null;
        try
        {
            using var document = JsonDocument.Parse(line);
            JsonElement row = document.RootElement;
            if (row.ValueKind != JsonValueKind.Object) throw new RowException("the line is not a JSON object");
            if (row.TryGetProperty("id", out JsonElement given)) id = given.Clone();
            if (id is not { ValueKind: JsonValueKind.String or JsonValueKind.Number }) throw new RowException("the field id is missing: a string or a number");
            WriteObject(buffer, id, writer => grade(row, writer));
            return true;
        }
        catch (Exception error) when (error is JsonException or RowException)
        {
            WriteObject(buffer, id, writer =>
            {
                writer.WriteNumber("line", number);
                writer.WriteString("error", error is JsonException ? $"the line is not JSON: {error.Message}" : error.Message);
            });
            return false;
        }
    }

    private static void WriteObject(MemoryStream buffer, JsonElement? id, Action<Utf8JsonWriter> fields)
    {
        buffer.SetLength(0);
        using var writer = new Utf8JsonWriter(buffer, Output);
        writer.WriteStartObject();
        writer.WritePropertyName("id");
        if (id is { } given) given.WriteTo(writer);
        else writer.WriteNullValue();
        fields(writer);
        writer.WriteEndObject();
    }
}
