using System.Text.RegularExpressions;

namespace R1Pipeline.Rewards.Mathematics;

/// <summary>Answers whose kind is given: true or false, one choice, several choices, free text.</summary>
internal static class TypedAnswers
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
    private const int MaxChoice = 400;
    private const int MaxLone = 20;

    private static readonly Regex Wrapping = new(@"\\(?:text(?:rm|bf|it)?|math(?:rm|bf)|mbox|,|;|:|!| )|[{}$~]", Linear);
    private static readonly Regex LabelAndText = new(@"\A(?:\(\s*(?<label>[A-J])\s*\)|(?<label>[A-J])\s*(?:\)|\.\s|:\s))\s*[\p{L}\p{N}\\]", Linear);

    private static readonly Regex LoneLetter = new(@"\b[A-J]\b", Linear);

    /// <summary>The verdict; null where the kind has no comparison of its own.</summary>
    public static bool? Matches(string gold, string prediction, MathOptions options) => options.AnswerType switch
    {
        "TF" => Truth(gold) is { } expected ? Truth(prediction) == expected : null,
        "OE" => Squeeze(gold) == Squeeze(prediction) ? true : null,
        "MCS" => Choice(gold, options.Choices) is { } expected ? Choice(prediction, options.Choices) == expected : null,
        null when Lone(gold) is { } expected && Labelled(prediction) is { } label => label == expected,
        "MCM" => Choices(gold, options.Choices) is { } expected ? Choices(prediction, options.Choices)?.SetEquals(expected) == true : null,
        _ => null,
    };

    /// <summary>The letter that is all of a gold.</summary>
    private static string? Lone(string gold) =>
        gold.Length <= MaxLone && gold.AsSpan().ContainsAnyInRange('A', 'J') && Bare(gold).Trim('(', ')') is [>= 'A' and <= 'J'] letter ? letter : null;

    /// <summary>The label of a choice that is given with its text, <c>\text{(B) } 12</c>, <c>B. 12</c>; null where several are named.</summary>
    private static string? Labelled(string prediction)
    {
        string text = Bare(prediction);
        return LabelAndText.Match(text) is { Success: true } match && LoneLetter.Count(text) == 1 ? match.Groups["label"].Value : null;
    }

    private static string Bare(string text) => text.Length > MaxChoice ? "" : Wrapping.Replace(text, " ").Trim();

    private static bool? Truth(string text) => text.Trim().Trim('.').ToLowerInvariant() switch
    {
        "true" or "t" or "yes" or "y" => true,
        "false" or "f" or "no" or "n" => false,
        _ => null,
    };

    private static string Squeeze(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c))).ToLowerInvariant();

    /// <summary>The label that a text is or begins with.</summary>
    private static string? Choice(string text, IReadOnlyList<string> choices)
    {
        string bare = text.Trim().TrimStart('(').Trim();
        foreach (string label in choices.OrderByDescending(label => label.Length))
        {
            if (!bare.StartsWith(label, StringComparison.OrdinalIgnoreCase)) continue;
            if (bare.Length == label.Length || bare[label.Length] is '.' or ')' or ':' or ' ' or ',') return label;
        }

        return null;
    }

    private static HashSet<string>? Choices(string text, IReadOnlyList<string> choices)
    {
        string[] parts = text.Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length == 1 && choices.All(label => label.Length == 1)) parts = [.. parts[0].Select(c => c.ToString())];
        string?[] labels = [.. parts.Select(part => choices.FirstOrDefault(label => label.Equals(part, StringComparison.OrdinalIgnoreCase)))];
        return labels.Contains(null) ? null : [.. labels.Select(label => label!)];
    }
}
