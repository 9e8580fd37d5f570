using System.Text.Json;
using System.Text.Json.Nodes;

namespace R1Pipeline.Orchestration.Status;

/// <summary>
/// Turns the kebab-case names of stored figures into the snake-case names of <c>--json</c>. Names that a user chose (stages and tasks below
/// <c>models</c>) stay as they are.
/// </summary>
internal static class SnakeCase
{
    private const string Models = "models";

    /// <summary>A name.</summary>
    public static string Name(string name) => name.Replace('-', '_');

    /// <summary>A document of figures; null gives an empty object.</summary>
    public static JsonElement Figures(JsonElement? figures) =>
        JsonSerializer.SerializeToElement(figures is { } element ? Convert(JsonNode.Parse(element.GetRawText()), verbatimLevels: 0) : new JsonObject(), StatusJson.Options);

    private static JsonNode? Convert(JsonNode? node, int verbatimLevels) => node switch
    {
        JsonObject map => new JsonObject(map.Select(member => KeyValuePair.Create(
            verbatimLevels > 0 ? member.Key : Name(member.Key),
            Convert(member.Value, member.Key == Models && verbatimLevels == 0 ? 2 : Math.Max(0, verbatimLevels - 1))))),
        JsonArray list => new JsonArray([.. list.Select(item => Convert(item, 0))]),
        _ => node?.DeepClone(),
    };
}
