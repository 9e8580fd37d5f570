using System.Text.Json;

namespace R1Pipeline.Rewards.Grading;

/// <summary>Rows of language consistency by rule LC-1: in <c>{id, text, target}</c>, out <c>{id, ratio, num_target_words, num_words}</c>.</summary>
public static class LanguageRows
{
    private static readonly string[] Targets = ["en", "zh", "other"];

    /// <summary>Writes a row's grade.</summary>
    public static void Grade(JsonElement row, Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        string text = RowFields.Text(row, "text");
        string target = RowFields.Text(row, "target");
        if (!Targets.Contains(target)) throw new RowException($"the target '{target}' has no script of its own in rule LC-1: {string.Join(", ", Targets)}");
        LanguageShares words = LanguageReward.Count(text);
        writer.WriteNumber("ratio", words.Ratio(target));
        writer.WriteNumber("num_target_words", words.Of(target));
        writer.WriteNumber("num_words", words.Total);
    }
}
