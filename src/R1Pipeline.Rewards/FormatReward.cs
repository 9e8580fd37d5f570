using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Rewards;

/// <summary>
/// Format: 1 or 0 (r1-recipe.md 5.1, quickstart.md 5). Think-answer: after trimming exactly <c>&lt;think&gt;X&lt;/think&gt;</c>, white space,
/// <c>&lt;answer&gt;Y&lt;/answer&gt;</c>, each tag once, X and Y not blank. Think-summary: exactly one <c>&lt;think&gt;…&lt;/think&gt;</c>, first and possibly
/// empty, then a summary that is not blank. In both the output is finished and holds no other special token. Tags are case-sensitive.
/// </summary>
public static class FormatReward
{
    private const string ThinkOpen = "<think>";
    private const string ThinkClose = "</think>";
    private const string AnswerOpen = "<answer>";
    private const string AnswerClose = "</answer>";
    private const int MaxTokenName = 40;

    /// <summary>Judges one output. An unfinished one is wrong.</summary>
    public static FormatVerdict Check(string completion, bool finished, AnswerFormat format)
    {
        ArgumentNullException.ThrowIfNull(completion);
        if (!finished) return Wrong("the output does not end within the limit");
        if (FindSpecialToken(completion) is { } token) return Wrong($"the special token {token} stands in the output");
        string text = completion.Trim();
        return format switch
        {
            AnswerFormat.ThinkAnswer => ThinkAnswer(text),
            AnswerFormat.ThinkSummary => ThinkSummary(text),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "no such format"),
        };
    }

    private static FormatVerdict ThinkAnswer(string text)
    {
        foreach (string tag in new[] { ThinkOpen, ThinkClose, AnswerOpen, AnswerClose })
        {
            int count = Count(text, tag);
            if (count != 1) return Wrong($"{tag} occurs {count} times");
        }

        int thinkEnd = text.IndexOf(ThinkClose, StringComparison.Ordinal);
        int answerStart = text.IndexOf(AnswerOpen, StringComparison.Ordinal);
        if (!text.StartsWith(ThinkOpen, StringComparison.Ordinal)) return Wrong($"{ThinkOpen} is not first");
        if (!text.EndsWith(AnswerClose, StringComparison.Ordinal)) return Wrong($"something stands after {AnswerClose}");
        if (answerStart < thinkEnd) return Wrong($"{AnswerOpen} stands before {ThinkClose}");
        string between = text[(thinkEnd + ThinkClose.Length)..answerStart];
        if (!string.IsNullOrWhiteSpace(between)) return Wrong($"something stands between {ThinkClose} and {AnswerOpen}");
        return Parts(text[ThinkOpen.Length..thinkEnd], text[(answerStart + AnswerOpen.Length)..^AnswerClose.Length], thinkMayBeBlank: false);
    }

    private static FormatVerdict ThinkSummary(string text)
    {
        foreach (string tag in new[] { ThinkOpen, ThinkClose })
        {
            int count = Count(text, tag);
            if (count != 1) return Wrong($"{tag} occurs {count} times");
        }

        if (!text.StartsWith(ThinkOpen, StringComparison.Ordinal)) return Wrong($"{ThinkOpen} is not first");
        int thinkEnd = text.IndexOf(ThinkClose, StringComparison.Ordinal);
        return Parts(text[ThinkOpen.Length..thinkEnd], text[(thinkEnd + ThinkClose.Length)..], thinkMayBeBlank: true);
    }

    private static FormatVerdict Parts(string think, string answer, bool thinkMayBeBlank)
    {
        if (!thinkMayBeBlank && string.IsNullOrWhiteSpace(think)) return Wrong("the chain of thought is empty");
        if (string.IsNullOrWhiteSpace(answer)) return Wrong("the answer is empty");
        return new FormatVerdict(true, think.Trim(), answer.Trim(), "");
    }

    /// <summary>The first token that belongs to the chat, not to an answer: <c>&lt;|name|&gt;</c>, <c>&lt;｜name｜&gt;</c>, <c>&lt;pad&gt;</c>, <c>&lt;eos&gt;</c>.</summary>
    private static string? FindSpecialToken(string text)
    {
        for (int at = text.IndexOf('<'); at >= 0; at = text.IndexOf('<', at + 1))
        {
            ReadOnlySpan<char> rest = text.AsSpan(at, Math.Min(text.Length - at, MaxTokenName));
            int end = rest.IndexOf('>');
            if (end < 0) continue;
            ReadOnlySpan<char> token = rest[..(end + 1)];
            bool barred = token.Length > 4 && ((token[1] == '|' && token[^2] == '|') || (token[1] == '｜' && token[^2] == '｜'));
            if ((barred && token.IndexOfAny(' ', '\n') < 0) || token is "<pad>" or "<eos>") return token.ToString();
        }

        return null;
    }

    private static int Count(string text, string tag)
    {
        int count = 0;
        for (int at = text.IndexOf(tag, StringComparison.Ordinal); at >= 0; at = text.IndexOf(tag, at + tag.Length, StringComparison.Ordinal)) count++;
        return count;
    }

    private static FormatVerdict Wrong(string reason) => new(false, null, null, reason);
}
