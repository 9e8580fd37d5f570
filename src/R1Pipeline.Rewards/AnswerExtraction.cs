using R1Pipeline.Rewards.Mathematics.Extraction;

namespace R1Pipeline.Rewards;

/// <summary>Where an output's answer stands. Linear scans; nothing is ever repaired.</summary>
public static class AnswerExtraction
{
    private const string AnswerOpen = "<answer>";
    private const string AnswerClose = "</answer>";

    /// <summary>The text between the first <c>&lt;answer&gt;</c> and the following <c>&lt;/answer&gt;</c>; null when there is none.</summary>
    public static string? AnswerBlock(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int start = text.IndexOf(AnswerOpen, StringComparison.Ordinal);
        if (start < 0) return null;
        start += AnswerOpen.Length;
        int end = text.IndexOf(AnswerClose, start, StringComparison.Ordinal);
        return end < 0 ? null : text[start..end];
    }

    /// <summary>
    /// The answer that counts: the first answer block (a box inside it wins), also where the chain of thought before it is not closed: accuracy does not pay
    /// for tags, format does (quickstart.md 5). In an output without answer tags it is the last box after the chain of thought; one that is opened and
    /// never closed has no answer after it.
    /// </summary>
    public static string? Strict(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (AnswerBlock(text) is { } block) return Boxes.Last(block) ?? block;
        if (text.Contains(AnswerOpen, StringComparison.Ordinal)) return null;
        return Thought.CutOff(text) is { } summary ? Boxes.Last(summary) : null;
    }

    /// <summary>The last number anywhere in the output; single digits with one space between are one number, as the generated task writes them. Null when there is none.</summary>
    public static string? LastNumber(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int last = text.AsSpan().LastIndexOfAnyInRange('0', '9');
        if (last < 0) return null;
        int start = last;
        if (IsLoneDigit(text, last))
        {
            while (start >= 2 && text[start - 1] == ' ' && IsLoneDigit(text, start - 2)) start -= 2;
            if (start < last) return text[start..(last + 1)];
        }

        while (start > 0 && (char.IsAsciiDigit(text[start - 1]) || (text[start - 1] is '.' or ',' or '/' && start > 1 && char.IsAsciiDigit(text[start - 2])))) start--;
        if (start > 0 && text[start - 1] == '.') start--;
        bool signed = start > 0 && text[start - 1] == '-' && (start == 1 || !char.IsLetterOrDigit(text[start - 2]));
        return text[(signed ? start - 1 : start)..(last + 1)];
    }

    private static bool IsLoneDigit(string text, int at) =>
        char.IsAsciiDigit(text[at]) && (at == 0 || char.IsWhiteSpace(text[at - 1])) && (at + 1 == text.Length || char.IsWhiteSpace(text[at + 1]));
}
