using System.Text.Json;
using System.Text.Json.Nodes;

namespace R1Pipeline.Rewards.Grading;

/// <summary>Rows of language consistency by rule LC-1: in <c>{id, text, target}</c>, out <c>{id, ratio, num_target_words, num_words}</c>.</summary>
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
        if (!Targets.Contains(target)) throw RowFields.Refused($"the target '{target}' has no script of its own in rule LC-1; one of {string.Join(", ", Targets)} is expected");
        LanguageShares words = LanguageReward.Count(text);
        return new JsonObject { ["ratio"] = words.Ratio(target), ["num_target_words"] = words.Of(target), ["num_words"] = words.Total };
    }
}
