using System.Text.Json;
using NJsonSchema;
using NJsonSchema.Validation;

namespace R1Pipeline.Rewards.Tasks;

/// <summary>Whether a text is a JSON value, bare or in one fenced block, that conforms to a schema. A schema that refers to another document is refused: nothing is ever fetched.</summary>
internal static class SchemaConformance
{
    /// <summary>The schema of a gold; null where it is none.</summary>
    public static JsonSchema? Read(string gold)
    {
        if (VerifiableTasks.Json(gold) is not { ValueKind: JsonValueKind.Object } schema || RefersOutside(schema)) return null;
        try
        {
            // Completes at once: without outer references nothing is waited for.
            return JsonSchema.FromJsonAsync(gold).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is Newtonsoft.Json.JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Null where the answer conforms; else what is wrong.</summary>
    public static string? Check(string answer, string gold)
    {
        string json = Fences.Content(answer);
        if (VerifiableTasks.Json(json) is null) return "the answer is not JSON";
        ValidationError? first = Read(gold)!.Validate(json).FirstOrDefault();
        return first is null ? null : $"{first.Kind} at {first.Path ?? "#"}";
    }

    private static bool RefersOutside(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Any(member => (member.Name == "$ref" && !(member.Value.ValueKind == JsonValueKind.String && member.Value.GetString()!.StartsWith('#'))) || RefersOutside(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().Any(RefersOutside),
        _ => false,
    };
}
