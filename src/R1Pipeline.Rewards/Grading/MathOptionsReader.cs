using System.Text.Json;
using R1Pipeline.Rewards.Mathematics;

namespace R1Pipeline.Rewards.Grading;

/// <summary>Reads the <c>targets</c> and <c>options</c> of a row. An option that this grader does not have is named, never an error.</summary>
internal static class MathOptionsReader
{
    public static MathOptions Read(JsonElement row, out IReadOnlyList<string> unknown)
    {
        var options = MathOptions.Default;
        var unread = new List<string>();
        if (row.TryGetProperty("targets", out JsonElement targets) && targets.ValueKind == JsonValueKind.Array) options = options with { Targets = Targets(targets, unread) };
        if (row.TryGetProperty("options", out JsonElement given) && given.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty option in given.EnumerateObject())
            {
                if (With(options, option.Name, option.Value) is { } changed) options = changed;
                else unread.Add(option.Name);
            }
        }

        unknown = unread;
        return options;
    }

    private static MathOptions? With(MathOptions options, string name, JsonElement value) => (name, value.ValueKind) switch
    {
        ("symmetric", JsonValueKind.True or JsonValueKind.False) => options with { Symmetric = value.GetBoolean() },
        ("float_rounding", JsonValueKind.Number) when value.TryGetInt32(out int places) && places is >= 0 and <= 100 => options with { FloatRounding = places },
        ("precision" or "tolerance", JsonValueKind.Number) when value.GetDouble() is >= 0 and var relative => options with { Tolerance = relative },
        ("require_units", JsonValueKind.True or JsonValueKind.False) => options with { RequireUnits = value.GetBoolean() },
        ("convert_units", JsonValueKind.True or JsonValueKind.False) => options with { ConvertUnits = value.GetBoolean() },
        ("allow_set_relation_comp", JsonValueKind.True or JsonValueKind.False) => options with { AllowSetRelation = value.GetBoolean() },
        // Names of variables always matter, and phrases of every language are always known.
        ("strict", JsonValueKind.True) or ("language", JsonValueKind.String) => options,
        ("delimiters", JsonValueKind.Array) => options with { Delimiters = Texts(value) },
        ("requires", JsonValueKind.String) => options with
        {
            RequireBox = value.GetString()!.Contains("boxed", StringComparison.Ordinal),
            Delimiters = value.GetString()!.Contains("delimiter", StringComparison.Ordinal) && options.Delimiters.Count == 0 ? ["</think>"] : options.Delimiters,
        },
        ("gold_any_of", JsonValueKind.Array) => options with { GoldAnyOf = Texts(value) },
        ("choices", JsonValueKind.Array) => options with { Choices = Texts(value) },
        ("answer_type", JsonValueKind.String) => options with { AnswerType = value.GetString() },
        ("extract", JsonValueKind.String) when value.GetString() == "boxed" => options with { RequireBox = true },
        ("extract", JsonValueKind.String) when value.GetString() == "no-guess" => options with { GuessLastNumber = false },
        _ => null,
    };

    private static List<AnswerTarget> Targets(JsonElement names, List<string> unread)
    {
        var targets = new List<AnswerTarget>();
        foreach (JsonElement name in names.EnumerateArray())
        {
            if (name.ValueKind == JsonValueKind.String && Enum.TryParse(name.GetString(), ignoreCase: true, out AnswerTarget target)) targets.Add(target);
            else unread.Add($"target {name}");
        }

        return targets;
    }

    private static List<string> Texts(JsonElement array) => [.. array.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)];
}
