namespace R1Pipeline.Rewards;

/// <summary>Where an output's answer stands. Linear scans; nothing is ever repaired.</summary>
public static class AnswerExtraction
{
    private const string AnswerOpen = "<answer>";
    private const string AnswerClose = "</answer>";
    private const string ThinkOpen = "<think>";
    private const string ThinkClose = "</think>";

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

    /// <summary>Content of the last <c>\boxed{}</c> (or <c>\fbox{}</c>) with balanced braces; null when there is none.</summary>
    public static string? LastBoxed(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int open = Math.Max(LastOpening(text, @"\boxed{"), LastOpening(text, @"\fbox{"));
        if (open < 0) return null;
        int depth = 1;
        for (int i = open; i < text.Length; i++)
        {
            if (text[i] == '{') depth++;
            else if (text[i] == '}' && --depth == 0) return text[open..i];
        }

        return null;
    }

    /// <summary>
    /// The answer that counts: the answer block (a box inside it wins), else, in an output without answer tags, the last box after the chain of
    /// thought. A chain of thought that is opened and never closed has no answer after it.
    /// </summary>
    public static string? Strict(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (AnswerBlock(text) is { } block) return LastBoxed(block) ?? block;
        if (text.Contains(AnswerOpen, StringComparison.Ordinal)) return null;
        int thought = text.LastIndexOf(ThinkClose, StringComparison.Ordinal);
        if (thought >= 0) return LastBoxed(text[(thought + ThinkClose.Length)..]);
        return text.Contains(ThinkOpen, StringComparison.Ordinal) ? null : LastBoxed(text);
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

    private static int LastOpening(string text, string opening)
    {
        int at = text.LastIndexOf(opening, StringComparison.Ordinal);
        return at < 0 ? -1 : at + opening.Length;
    }

    private static bool IsLoneDigit(string text, int at) =>
        char.IsAsciiDigit(text[at]) && (at == 0 || char.IsWhiteSpace(text[at - 1])) && (at + 1 == text.Length || char.IsWhiteSpace(text[at + 1]));
}
