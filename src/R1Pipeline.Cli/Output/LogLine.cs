using System.Text.Json;
using System.Text.RegularExpressions;

namespace R1Pipeline.Cli.Output;

/// <summary>Turns a line of a worker's log (compact JSON: <c>@t @mt @l @x</c> and the properties) into text. A line that is not of that form is shown as it is.</summary>
internal static partial class LogLine
{
    public static string Render(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            JsonElement entry = document.RootElement;
            if (entry.ValueKind != JsonValueKind.Object) return line;
            string level = Text(entry, "@l") is { } name ? name.ToLowerInvariant() + ": " : "";
            string message = Text(entry, "@m") ?? Hole().Replace(Text(entry, "@mt") ?? "", hole => Text(entry, hole.Groups["name"].Value) ?? hole.Value);
            string exception = Text(entry, "@x") is { } trace ? "\n" + trace : "";
            return $"{Text(entry, "@t")} {level}{message}{exception}";
        }
        catch (JsonException)
        {
            // The last line of a worker that was killed while it wrote.
            return line;
        }
    }

    private static string? Text(JsonElement entry, string name) =>
        !entry.TryGetProperty(name, out JsonElement value) ? null : value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();

    [GeneratedRegex(@"\{[@$]?(?<name>\w+)[^}]*\}")]
    private static partial Regex Hole();
}
