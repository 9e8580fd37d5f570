using System.Text.Json;

namespace R1Pipeline.Rewards.Tasks.Instructions;

/// <summary>The arguments of one instruction.</summary>
internal readonly struct InstructionArguments(JsonElement values)
{
    public bool Has(string name) => values.ValueKind == JsonValueKind.Object && values.TryGetProperty(name, out JsonElement value) && value.ValueKind switch
    {
        JsonValueKind.String => true,
        JsonValueKind.Number => value.TryGetDouble(out _),
        JsonValueKind.Array => value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String),
        _ => false,
    };

    public string Text(string name) => values.GetProperty(name).ToString();

    public int Number(string name) => values.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? (int)number.GetDouble() : 0;

    public IEnumerable<string> Texts(string name) => values.GetProperty(name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().Select(item => item.GetString()!) : [Text(name)];

    /// <summary>A count against a bound: <c>less than</c> or <c>at least</c>.</summary>
    public bool Bounds(int count, string relation, string bound) => Text(relation) == "less than" ? count < Number(bound) : count >= Number(bound);
}
