using System.Text.Json;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Safetensors;

namespace R1Pipeline.Training.Model;

/// <summary>The keys of a JSON object in a model folder, read with the type that is expected. A key that is null counts as absent. Every refusal names file and key.</summary>
/// <param name="path">The file, for messages.</param>
/// <param name="root">The object.</param>
/// <param name="prefix">What stands before a key in messages, where the object is part of another.</param>
internal readonly struct ConfigKeys(string path, JsonElement root, string prefix = "")
{
    /// <summary>All keys that are set.</summary>
    public IEnumerable<string> Names => root.EnumerateObject().Where(property => property.Value.ValueKind != JsonValueKind.Null).Select(property => property.Name);

    public JsonElement? Find(string key) => root.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A positive integer that must be there.</summary>
    public int Size(string key) => OptionalSize(key) ?? throw Wrong($"{prefix}{key} is missing");

    public int? OptionalSize(string key)
    {
        if (Find(key) is not { } value) return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int size) && size > 0 ? size : throw Wrong(key, "a positive integer is expected");
    }

    /// <summary>An integer of at least 0 that must be there.</summary>
    public int Count(string key)
    {
        if (Find(key) is not { } value) throw Wrong($"{prefix}{key} is missing");
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int count) && count >= 0 ? count : throw Wrong(key, "an integer of at least 0 is expected");
    }

    /// <summary>A positive number that must be there.</summary>
    public double Positive(string key) => Positive(key, OptionalNumber(key) ?? throw Wrong($"{prefix}{key} is missing"));

    /// <summary>A positive number; <paramref name="absent"/> where it is not set.</summary>
    public double PositiveOr(string key, double absent) => Positive(key, OptionalNumber(key) ?? absent);

    /// <summary>A positive number; null where it is not set.</summary>
    public double? OptionalPositive(string key) => OptionalNumber(key) is { } number ? Positive(key, number) : null;

    /// <summary>A number that fp32 holds, which is what models compute with; null where it is not set.</summary>
    public double? OptionalNumber(string key)
    {
        if (Find(key) is not { } value) return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && float.IsFinite((float)number) ? number : throw Wrong(key, "a number in the range of fp32 is expected");
    }

    public bool BooleanOr(string key, bool absent) => Find(key) is not { } value ? absent : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(key, "true or false is expected"),
    };

    public string? OptionalText(string key)
    {
        if (Find(key) is not { } value) return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(key, "a text is expected");
    }

    /// <summary>A token id. Some models give a list of end ids: the first is the model's own. -1 is none, as old Llama files have it, and so is an empty list.</summary>
    public int? TokenId(string key) => TokenIds(key) is [>= 0 and var first, ..] ? first : null;

    /// <summary>The ids behind the first where a key lists several; empty where it does not.</summary>
    public IReadOnlyList<int> OtherTokenIds(string key) => TokenId(key) is null || TokenIds(key) is not [_, _, ..] ids ? [] : [.. ids.Skip(1).Where(id => id >= 0)];

    private int[] TokenIds(string key)
    {
        if (Find(key) is not { } value) return [];
        JsonElement[] ids = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        return ids.All(id => id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out int number) && number >= -1) ? [.. ids.Select(id => id.GetInt32())] : throw Wrong(key, "a token id is expected");
    }

    /// <summary>The object under a key; null where it is not set.</summary>
    public ConfigKeys? Inside(string key)
    {
        if (Find(key) is not { } value) return null;
        return value.ValueKind == JsonValueKind.Object ? new ConfigKeys(path, value, $"{prefix}{key}.") : throw Wrong(key, "an object is expected");
    }

    public StageFailedException Wrong(string key, string expected) => Wrong($"{prefix}{ModelJson.Shown(key)} is {(Find(key) is { } value ? ModelJson.Shown(value) : "null")}; {expected}");

    public StageFailedException Wrong(string problem) => new(StageFailureClass.UserData, $"{path}: {problem}");

    private double Positive(string key, double number) => (float)number > 0 ? number : throw Wrong(key, "a positive number is expected");
}
