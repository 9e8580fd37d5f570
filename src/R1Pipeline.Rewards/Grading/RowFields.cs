using System.Text.Json;

namespace R1Pipeline.Rewards.Grading;

/// <summary>Reads the fields of a row.</summary>
internal static class RowFields
{
    /// <summary>A field that must be there and be a text.</summary>
    public static string Text(JsonElement row, string field) => TextOrNull(row, field) ?? throw new RowException($"the field {field} is null: a string");

    /// <summary>A field that must be there and be a text or null.</summary>
    public static string? TextOrNull(JsonElement row, string field)
    {
        if (!row.TryGetProperty(field, out JsonElement value)) throw new RowException($"the field {field} is missing");
        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Null => null,
            _ => throw new RowException($"the field {field} is {value.ValueKind}: a string"),
        };
    }
}
