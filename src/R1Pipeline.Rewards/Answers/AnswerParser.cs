using System.Text.RegularExpressions;

namespace R1Pipeline.Rewards.Answers;

/// <summary>
/// Reads a short answer. Bounded: an answer longer than <see cref="MaxLength"/> is not read at all, nesting is limited, numbers are never expanded
/// (a power is a double), nothing in the text is ever run.
/// </summary>
internal static class AnswerParser
{
    /// <summary>Longest answer that is read, in UTF-16 units.</summary>
    public const int MaxLength = 1000;

    private const int MaxParts = 64;
    private const int MaxDepth = 4;
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    private static readonly Regex SpacedDigits = new(@"\A[0-9](?: [0-9])+\z", Linear);
    private static readonly Regex Choice = new(@"\A\(?([A-J])\)?\z", Linear);

    // Two Latin letters alone are a product or a segment more often than a word.
    private static readonly Regex Words = new(@"\A(?:\p{L}[\p{L}'’-]{2,}(?: \p{L}[\p{L}'’-]*)*|[Nn]o|\p{Lo}+)\z", Linear);
    private static readonly Regex Infinity = new(@"\A(?<sign>[+-]?)(?:\\infty|∞|infinity|infty)\z", Linear);

    /// <summary>The value of an answer; <see cref="UnknownValue"/> where it cannot be read.</summary>
    public static AnswerValue Parse(string answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        string trimmed = answer.Trim();
        if (trimmed.Length is 0 or > MaxLength) return new UnknownValue(trimmed.Length == 0 ? "" : trimmed[..MaxLength]);
        return SpacedDigits.IsMatch(trimmed) ? new SpacedDigitsValue(trimmed) : ParseBare(AnswerText.Unwrap(trimmed), depth: 0);
    }

    private static AnswerValue ParseBare(string text, int depth)
    {
        string squeezed = AnswerText.Squeeze(text);
        if (NumberParser.Exact(squeezed) is { } number) return number;
        if (Infinity.Match(squeezed) is { Success: true } infinity) return new WordsValue(infinity.Groups["sign"].Value == "-" ? "-infinity" : "infinity");
        if (Choice.Match(text) is { Success: true } choice) return new WordsValue(choice.Groups[1].Value.ToLowerInvariant());
        if (Words.IsMatch(text)) return new WordsValue(text.ToLowerInvariant());
        if (ClosedForm.Evaluate(squeezed) is { } value) return new ClosedFormValue(value);
        return depth < MaxDepth && List(squeezed, depth) is { } list ? list : new UnknownValue(squeezed);
    }

    private static ListValue? List(string text, int depth)
    {
        (string brackets, string inside) = Brackets(text);
        List<string> parts = SplitAtCommas(inside);
        bool enough = parts.Count > 1 || brackets == "{}";
        if (!enough || parts.Count > MaxParts || parts.Any(part => part.Length == 0)) return null;
        return new ListValue(brackets, [.. parts.Select(part => ParseBare(AnswerText.Unwrap(part), depth + 1))]);
    }

    private static (string Brackets, string Inside) Brackets(string text)
    {
        if (text.StartsWith(@"\{", StringComparison.Ordinal) && text.EndsWith(@"\}", StringComparison.Ordinal) && text.Length >= 4) return ("{}", text[2..^2]);
        bool bracketed = text.Length >= 2 && text[0] is '(' or '[' && text[^1] is ')' or ']';
        return bracketed && ClosesAtEnd(text) ? ($"{text[0]}{text[^1]}", text[1..^1]) : ("", text);
    }

    private static bool ClosesAtEnd(string text)
    {
        int depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            depth += text[i] is '(' or '[' ? 1 : text[i] is ')' or ']' ? -1 : 0;
            if (depth == 0) return i == text.Length - 1;
        }

        return false;
    }

    private static List<string> SplitAtCommas(string text)
    {
        var parts = new List<string>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            depth += text[i] is '(' or '[' or '{' ? 1 : text[i] is ')' or ']' or '}' ? -1 : 0;
            if (text[i] is ',' or '，' && depth == 0)
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }

        parts.Add(text[start..]);
        return parts;
    }
}
