using System.Text.Json;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Rewards.Grading;

/// <summary>Reads the fields of a row that is graded; one that is missing or of another kind is the row's error.</summary>
internal static class RowFields
{
    /// <summary>A row has an id by which its grade is found again.</summary>
    public static void RequireId(JsonElement row)
    {
        if (!row.TryGetProperty("id", out JsonElement id) || id.ValueKind is not (JsonValueKind.String or JsonValueKind.Number)) throw Refused("the line has no id; a string or a number is expected");
    }

    /// <summary>A field that must be there and be a text.</summary>
    public static string Text(JsonElement row, string field) => TextOrNull(row, field) ?? throw Refused($"{field} is null; a string is expected");

    /// <summary>A field that must be there and be a text or null.</summary>
    public static string? TextOrNull(JsonElement row, string field)
    {
        if (!row.TryGetProperty(field, out JsonElement value)) throw Refused($"the line has no {field}; a string is expected");
        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Null => null,
            _ => throw Refused($"{field} is {value.ValueKind}; a string is expected"),
        };
    }

    public static StageFailedException Refused(string message) => new(StageFailureClass.UserData, message);
}
