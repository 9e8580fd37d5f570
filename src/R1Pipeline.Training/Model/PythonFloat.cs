using System.Text.Json;
using System.Text.Json.Nodes;

namespace R1Pipeline.Training.Model;

/// <summary>
/// Numbers that Python reads as floats, with a point where JSON needs none. Version 5 of transformers refuses an integer where a config declares a float, and
/// older ones warn.
/// </summary>
internal static class PythonFloat
{
    public static JsonNode Of(double value)
    {
        string text = JsonSerializer.Serialize(value);
        return JsonNode.Parse(text.AsSpan().IndexOfAny('.', 'E') < 0 ? text + ".0" : text)!;
    }
}
