using System.Text;
using System.Text.RegularExpressions;

namespace R1Pipeline.Rewards.Code;

/// <summary>Finds the program in a response: outside of the thinking, there the last fenced block, without any fence the whole text.</summary>
public static partial class CodeExtraction
{
    /// <summary>The code; null where there is nothing but thinking, or thinking that never ended.</summary>
    public static string? Extract(string completion)
    {
        if (AfterThinking(completion) is not { } text) return null;

        // Fences pair up in their order; one that is never closed runs to the end.
        MatchCollection fences = Fence().Matches(text);
        if (fences.Count == 0) return text.Trim();
        int open = (fences.Count - 1) / 2 * 2;
        int start = fences[open].Index + fences[open].Length;
        return (open + 1 < fences.Count ? text[start..fences[open + 1].Index] : text[start..]).Trim('\r', '\n').TrimEnd();
    }

    // Not Mathematics' Thought: code may stand before the thinking, an answer to a problem may not.
    /// <summary>The text without its thinking: spans between the tags go, and with a closing tag alone (the prompt opened it) all before it. Null: nothing but thinking.</summary>
    private static string? AfterThinking(string completion)
    {
        const string openTag = "<think>", closeTag = "</think>";
        const StringComparison any = StringComparison.OrdinalIgnoreCase;
        if (!completion.Contains(openTag, any) && !completion.Contains(closeTag, any)) return completion;
        var kept = new StringBuilder();
        int position = 0;
        while (true)
        {
            int open = completion.IndexOf(openTag, position, any), close = completion.IndexOf(closeTag, position, any);
            if (close < 0)
            {
                // Thinking that never ends leaves no answer.
                if (open >= 0) return null;
                kept.Append(completion, position, completion.Length - position);
                string text = kept.ToString();
                return string.IsNullOrWhiteSpace(text) ? null : text;
            }
            if (open >= 0 && open < close) kept.Append(completion, position, open - position);
            else kept.Clear();
            position = close + closeTag.Length;
        }
    }

    [GeneratedRegex(@"^[ \t]*```[^`\r\n]*\r?$", RegexOptions.Multiline)]
    private static partial Regex Fence();
}
