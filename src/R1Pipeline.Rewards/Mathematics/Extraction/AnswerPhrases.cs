using System.Text.RegularExpressions;

namespace R1Pipeline.Rewards.Mathematics.Extraction;

/// <summary>The words that announce an answer, in the languages that answers come in.</summary>
internal static class AnswerPhrases
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase;

    private static readonly Regex Announcement = new(
        @"(?:final answer(?: is)?|answer is|answers are|answer(?:\*\*)?\s*[:：=]|\bA:|####|réponse(?: finale)?(?: est|\s*:)|solution est|答案(?:是|为|為|：|:)|答[:：]|故选|所以选|结果(?:是|为)|الجواب هو|الإجابة هي|الإجابة|उत्तर(?: है|\s*:)?)", Linear);

    private static readonly Regex Continuation = new(@"(?:\bis\b|\bare\b|\best\b|\bequals\b|是|为|:|：)\s*(?:\*\*)?", Linear);

    /// <summary>What stands behind the last announcement, to the end of its sentence; null where nothing is announced.</summary>
    public static string? After(string text)
    {
        Match? last = null;
        foreach (Match match in Announcement.Matches(text))
        {
            if (text.AsSpan(match.Index + match.Length).Trim(" \t\r\n:：*.").Length > 0) last = match;
        }

        return last is null ? null : Sentence(text[(last.Index + last.Length)..].TrimStart(' ', '\t', '\r', '\n', ':', '：', '*'));
    }

    /// <summary>What stands behind the last "is" of a sentence; the sentence itself where there is none.</summary>
    public static string Predicate(string sentence)
    {
        Match? last = null;
        foreach (Match match in Continuation.Matches(sentence))
        {
            if (sentence.AsSpan(match.Index + match.Length).Trim().Length > 0) last = match;
        }

        return last is null ? sentence : sentence[(last.Index + last.Length)..];
    }

    private static string Sentence(string text)
    {
        int depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            bool end = c is '\n' or '。' || (c == '.' && (i + 1 == text.Length || char.IsWhiteSpace(text[i + 1])));
            if (end && depth <= 0) return text[..i];
        }

        return text;
    }
}
