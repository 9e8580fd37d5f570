using System.Text.Json;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Data.Lines;

/// <summary>Reads the fields of a JSONL line; one that is missing or of another kind is a UserData error that names it.</summary>
public static class LineFields
{
    /// <summary>A string.</summary>
    public static string Text(this JsonElement line, string name) => line.Field(name, JsonValueKind.String, "a string").GetString()!;

    /// <summary>A list.</summary>
    public static JsonElement List(this JsonElement line, string name) => line.Field(name, JsonValueKind.Array, "a list");

    /// <summary>A list of token ids below <paramref name="vocabulary"/>.</summary>
    public static int[] TokenIds(this JsonElement line, string name, int vocabulary)
    {
        JsonElement list = line.List(name);
        int[] ids = new int[list.GetArrayLength()];
        int count = 0;
        foreach (JsonElement item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out int id) || id < 0 || id >= vocabulary)
                throw new StageFailedException(StageFailureClass.UserData, $"{name}[{count}] is {item.GetRawText()}; a token id from 0 to {vocabulary - 1} is expected");
            ids[count++] = id;
        }

        return ids;
    }

    /// <summary>The field, where it is there and not null.</summary>
    public static JsonElement? Optional(this JsonElement line, string name) =>
        line.TryGetProperty(name, out JsonElement field) && field.ValueKind != JsonValueKind.Null ? field : null;

    /// <summary>true or false, <paramref name="otherwise"/> where the field is not there.</summary>
    public static bool Flag(this JsonElement line, string name, bool otherwise) => line.Optional(name) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw new StageFailedException(StageFailureClass.UserData, $"{name} is neither true nor false"),
    };

    private static JsonElement Field(this JsonElement line, string name, JsonValueKind kind, string expected)
    {
        if (line.Optional(name) is not { } field) throw new StageFailedException(StageFailureClass.UserData, $"the line has no {name}; {expected} is expected");
        return field.ValueKind == kind ? field : throw new StageFailedException(StageFailureClass.UserData, $"{name} is not {expected}");
    }
}
