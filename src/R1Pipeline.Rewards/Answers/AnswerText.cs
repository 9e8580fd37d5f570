using System.Text;
using System.Text.RegularExpressions;

namespace R1Pipeline.Rewards.Answers;

/// <summary>Takes the wrapping off a short answer: math delimiters, spacing commands, units, degree and percent signs, currency. Nothing that changes the value.</summary>
internal static class AnswerText
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    private static readonly Regex Spacing = new(@"\\[!,;: ]|\\(?:quad|qquad|displaystyle|left|right)\b|~", Linear);
    private static readonly Regex TextCommand = new(@"\\(?:text|textbf|textit|mathrm|mathbf|mbox|rm)\s*\{([^{}]*)\}", Linear);
    private static readonly Regex Degrees = new(@"\^\s*(?:\\circ|\{\s*\\circ\s*\})|°", Linear);
    private static readonly Regex Fractions = new(@"\\[dtc]frac", Linear);
    private static readonly Regex NamedValue = new(@"\A\s*[A-Za-z]\s*=\s*", Linear);
    private static readonly Regex UnitAfterNumber = new(@"\A(?<value>.*[0-9}])\s*(?:(?:\\text|\\mathrm|\\textbf|\\mbox)\s*\{\s*[A-Za-z. /]+\s*\}|\s[A-Za-z]{2,}\.?(?:\s[A-Za-z]{2,}\.?){0,3})(?:\^\{?[0-9]\}?)?\z", Linear);

    /// <summary>The bare answer.</summary>
    public static string Unwrap(string answer)
    {
        string text = answer.Trim().Replace('−', '-').Replace("{,}", ",", StringComparison.Ordinal);
        text = Spacing.Replace(text, "").Trim();
        for (int length = text.Length + 1; text.Length < length;)
        {
            length = text.Length;
            text = Peel(text);
        }

        text = Degrees.Replace(text, "");
        text = Fractions.Replace(text, @"\frac");
        text = text.Replace(@"\%", "", StringComparison.Ordinal).Replace("%", "", StringComparison.Ordinal).Replace(@"\$", "", StringComparison.Ordinal).Replace("$", "", StringComparison.Ordinal).Trim();
        text = NamedValue.Replace(text, "");
        // "1 and odd primes" is no number with a unit.
        bool lists = text.Contains(" and ", StringComparison.Ordinal) || text.Contains(" or ", StringComparison.Ordinal);
        if (!lists && UnitAfterNumber.Match(text) is { Success: true } unit) text = unit.Groups["value"].Value;
        return TextCommand.Replace(text, "$1").Trim();
    }

    /// <summary>One layer of delimiters around the whole, or a final full stop.</summary>
    private static string Peel(string text)
    {
        if (Inside(text, "$$", "$$") is { } display) return display;
        if (Inside(text, "$", "$") is { } inline && !inline.Contains('$')) return inline;
        if (Inside(text, @"\(", @"\)") is { } parenthesis) return parenthesis;
        if (Inside(text, @"\[", @"\]") is { } bracket) return bracket;
        if (Inside(text, @"\boxed{", "}") is { } boxed && IsBalanced(boxed)) return boxed;
        if (Inside(text, "**", "**") is { } bold) return bold;
        return text.Length > 1 && text[^1] is '.' or '。' ? text[..^1].Trim() : text;
    }

    private static string? Inside(string text, string open, string close) =>
        text.Length > open.Length + close.Length && text.StartsWith(open, StringComparison.Ordinal) && text.EndsWith(close, StringComparison.Ordinal)
            ? text[open.Length..^close.Length].Trim()
            : null;

    private static bool IsBalanced(string text)
    {
        int depth = 0;
        foreach (char c in text)
        {
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (depth < 0) return false;
        }

        return depth == 0;
    }

    /// <summary>Without any white space: for texts that are compared as they are.</summary>
    public static string Squeeze(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (!char.IsWhiteSpace(c)) result.Append(c);
        }

        return result.ToString();
    }
}
