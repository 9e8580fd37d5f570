using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace R1Pipeline.Rewards.Tasks;

/// <summary>Choice labels and short texts.</summary>
internal static class Texts
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    private static readonly Regex LoneLabel = new(@"\A\W*(?:option |choice |answer(?: is)?:? *|选项?|答案[是为：:]*)?\W*(?<label>[A-Za-z])\W*\z", Linear | RegexOptions.IgnoreCase);
    private static readonly Regex Wrapping = new(@"\\(?:text|textbf|mathrm|mathbf)\s*\{([^{}]*)\}", Linear);
    private static readonly Regex LeadingLabel = new(@"\A\s*[(（\[]?(?<label>[A-Z])(?:[)）\].:：、]|\s*$)", Linear);
    private static readonly Regex AnnouncedLabel = new(@"(?:answer(?: is|:)|option|choice|答案(?:是|为|：|:)|选)\s*[*(（\[]*(?<label>[A-Z])(?:[^A-Za-z]|$)", Linear);

    /// <summary>Null where the answer names the gold's label and no other; else what is wrong.</summary>
    public static string? Choice(string answer, string gold)
    {
        string[] named = Labels(answer);
        if (named.Length == 0) return "no choice is named";
        if (named.Length > 1) return $"several choices are named: {string.Join(", ", named)}";
        return named[0] == Label(gold) ? null : $"the choice is {named[0]}";
    }

    /// <summary>Null where the answer is one of the golds; else what is wrong.</summary>
    public static string? Exact(string answer, string gold) => Golds(gold).Contains(Normal(answer)) ? null : "another text";

    /// <summary>The label that a gold is, as a capital; null where it is none.</summary>
    public static string? Label(string gold) => LoneLabel.Match(gold) is { Success: true } match ? match.Groups["label"].Value.ToUpperInvariant() : null;

    /// <summary>The normal forms of the gold: a text, or a JSON list of texts.</summary>
    public static IReadOnlyList<string> Golds(string gold)
    {
        string[] golds = gold.TrimStart().StartsWith('[') && VerifiableTasks.Json(gold) is { ValueKind: JsonValueKind.Array } list && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. list.EnumerateArray().Select(item => item.GetString()!)]
            : [gold];
        return [.. golds.Select(Normal).Where(text => text.Length > 0)];
    }

    private static string[] Labels(string answer)
    {
        answer = Wrapping.Replace(answer, "$1");
        if (Label(answer) is { } lone) return [lone];
        if (LeadingLabel.Match(answer) is { Success: true } leading) return [leading.Groups["label"].Value];
        return [.. AnnouncedLabel.Matches(answer).Select(match => match.Groups["label"].Value).Distinct()];
    }

    /// <summary>Full-width forms as plain ones, lower case, single spaces, no punctuation at the ends.</summary>
    private static string Normal(string text)
    {
        var result = new StringBuilder();
        foreach (char original in text.Trim())
        {
            char c = original is >= '！' and <= '～' ? (char)(original - 0xFEE0) : original;
            if (!char.IsWhiteSpace(c)) result.Append(char.ToLowerInvariant(c));
            else if (result.Length > 0 && result[^1] != ' ') result.Append(' ');
        }

        return result.ToString().Trim(' ', '.', ',', ';', ':', '!', '?', '"', '\'', '*', '。', '，', '“', '”');
    }
}
