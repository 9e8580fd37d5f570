using System.Text.Json;
using System.Text.Json.Nodes;

namespace R1Pipeline.Rewards.Grading;

/// <summary>
/// Rows of language consistency: by rule LC-1 for languages with a script of their own (en stands for Latin script, zh, other); with <c>"by": "language"</c>
/// by identified languages (<see cref="LanguageIdentifier.Counted"/>). In <c>{id, text, target, by?}</c>, out <c>{id, ratio, num_target_words, num_words}</c>.
/// </summary>
public static class LanguageRows
{
    private static readonly string[] Targets = ["en", "zh", "other"];

    /// <summary>A row's grade.</summary>
    /// <exception cref="Contracts.Stages.StageFailedException">A field is missing or of another kind, or the target has no script of its own (UserData).</exception>
    public static JsonObject Grade(JsonElement row)
    {
        RowFields.RequireId(row);
        string text = RowFields.Text(row, "text");
        string target = RowFields.Text(row, "target");
        string by = row.TryGetProperty("by", out _) ? RowFields.Text(row, "by") : "script";
        if (by == "language") return Identified(text, target);
        if (by != "script") throw RowFields.Refused($"by is '{by}'; script or language is expected");
        if (!Targets.Contains(target)) throw RowFields.Refused($"the target '{target}' has no script of its own in rule LC-1; one of {string.Join(", ", Targets)} is expected");
        LanguageShares words = LanguageReward.Count(text);
        return Answer(words.Ratio(target), words.Of(target), words.Total);
    }

    private static JsonObject Identified(string text, string target)
    {
        if (!LanguageIdentifier.Counted.Contains(target)) throw RowFields.Refused($"the target '{target}' is none of the languages that are told apart: {string.Join(", ", LanguageIdentifier.Counted)}");
        (int words, int total) = LanguageIdentifier.Latin.Count(text, target);
        return Answer(total == 0 ? 0 : (double)words / total, words, total);
    }

    private static JsonObject Answer(double ratio, int target, int total) =>
        new() { ["ratio"] = ratio, ["num_target_words"] = target, ["num_words"] = total };
}
