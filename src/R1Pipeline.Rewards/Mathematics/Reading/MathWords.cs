using System.Collections.Frozen;

namespace R1Pipeline.Rewards.Mathematics.Reading;

/// <summary>Words that stand in answers.</summary>
internal static class MathWords
{
    private static readonly FrozenSet<string> Short = new[]
    {
        "yes", "no", "odd", "all", "any", "one", "two", "six", "ten", "the", "is", "are", "and", "or", "not", "if", "of", "to", "for", "at", "by", "so", "red", "may", "sun", "mon", "tue", "wed", "thu", "fri", "sat", "am", "pm", "cat", "dog", "et", "ou", "est",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Conjunctions = new[] { "and", "or", "et", "ou", "y", "und", "oder", "和", "或", "与", "及", "و", "أو", "और", "या" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, int> Scales = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase)
    {
        ["hundred"] = 2,
        ["thousand"] = 3,
        ["million"] = 6,
        ["millions"] = 6,
        ["billion"] = 9,
        ["billions"] = 9,
        ["trillion"] = 12,
        ["千"] = 3,
        ["万"] = 4,
        ["亿"] = 8,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Two or three letters that are a word and no product.</summary>
    public static bool IsShortWord(string word) => Short.Contains(word);

    /// <summary>"and", "or" in the languages that answers come in.</summary>
    public static bool IsConjunction(string word) => Conjunctions.Contains(word);

    /// <summary>The power of ten that a word multiplies by; 0: none.</summary>
    public static int Scale(string word) => Scales.GetValueOrDefault(word);

    public static bool IsPercent(string word) => word.ToLowerInvariant() is "percent" or "pct" or "percentage" or "per cent" or "pourcent";
}
