using System.Text;
using System.Text.RegularExpressions;

namespace R1Pipeline.Rewards;

/// <summary>
/// Takes out of a text what is not prose (rule LC-1, a to f): code, formulas, boxes and commands, links, tags. Each removed span becomes one space.
/// Expressions run without backtracking; nested constructs are matched by hand in one pass.
/// </summary>
internal static class NonProse
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
    private const RegexOptions LinearAcrossLines = Linear | RegexOptions.Singleline;

    private static readonly Regex FencedCode = new(@"```.*?(?:```|\z)", LinearAcrossLines);
    private static readonly Regex InlineCode = new("`[^`\r\n]+`", Linear);
    private static readonly Regex DisplayMath = new(@"\$\$.*?\$\$", LinearAcrossLines);
    private static readonly Regex BracketMath = new(@"\\\[.*?\\\]", LinearAcrossLines);
    private static readonly Regex ParenthesisMath = new(@"\\\(.*?\\\)", LinearAcrossLines);
    private static readonly Regex InlineMath = new(@"\$[^$\r\n]+\$", Linear);
    private static readonly Regex Command = new(@"\\[A-Za-z]+", Linear);
    private static readonly Regex Link = new(@"https?://[^\s\u3000-\u9FFF\uFF00-\uFFEF]*", Linear);
    private static readonly Regex Mail = new(@"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", Linear);
    private static readonly Regex Tag = new(@"<[^<>\r\n]{1,40}>", Linear);

    public static string Remove(string text)
    {
        if (text.Contains('`')) text = InlineCode.Replace(FencedCode.Replace(text, " "), " ");
        if (text.Contains("$$", StringComparison.Ordinal)) text = DisplayMath.Replace(text, " ");
        if (text.Contains('\\'))
        {
            text = ParenthesisMath.Replace(BracketMath.Replace(text, " "), " ");
            text = RemoveEnvironments(text);
        }

        if (text.Contains('$')) text = InlineMath.Replace(text, " ");
        if (text.Contains('\\')) text = Command.Replace(RemoveBoxes(text), " ");
        if (text.Contains("://", StringComparison.Ordinal)) text = Link.Replace(text, " ");
        if (text.Contains('@')) text = Mail.Replace(text, " ");
        return text.Contains('<') ? Tag.Replace(text, " ") : text;
    }

    /// <summary><c>\begin{X}…\end{X}</c>, to the next end of the same name. A name without an end is looked for once.</summary>
    private static string RemoveEnvironments(string text)
    {
        const string Begin = @"\begin{";
        var endless = new HashSet<string>(StringComparer.Ordinal);
        StringBuilder? result = null;
        int copied = 0;
        for (int at = text.IndexOf(Begin, StringComparison.Ordinal); at >= 0; at = text.IndexOf(Begin, at, StringComparison.Ordinal))
        {
            int nameStart = at + Begin.Length;
            int nameLength = text.AsSpan(nameStart, Math.Min(40, text.Length - nameStart)).IndexOf('}');
            string name = nameLength < 0 ? "" : text.Substring(nameStart, nameLength);
            string end = $@"\end{{{name}}}";
            int endAt = name.Length == 0 || endless.Contains(name) ? -1 : text.IndexOf(end, nameStart, StringComparison.Ordinal);
            if (endAt < 0)
            {
                endless.Add(name);
                at = nameStart;
                continue;
            }

            result = (result ?? new StringBuilder()).Append(text, copied, at - copied).Append(' ');
            at = copied = endAt + end.Length;
        }

        return result is null ? text : result.Append(text, copied, text.Length - copied).ToString();
    }

    /// <summary><c>\boxed{…}</c> with balanced braces.</summary>
    private static string RemoveBoxes(string text)
    {
        const string Boxed = @"\boxed{";
        int at = text.IndexOf(Boxed, StringComparison.Ordinal);
        if (at < 0) return text;
        int[] closing = ClosingBraces(text);
        var result = new StringBuilder();
        int copied = 0;
        while (at >= 0)
        {
            int open = at + Boxed.Length - 1;
            int next = open + 1;
            if (closing[open] > 0)
            {
                result.Append(text, copied, at - copied).Append(' ');
                next = copied = closing[open] + 1;
            }

            at = text.IndexOf(Boxed, next, StringComparison.Ordinal);
        }

        return result.Append(text, copied, text.Length - copied).ToString();
    }

    private static int[] ClosingBraces(string text)
    {
        int[] closing = new int[text.Length];
        var open = new Stack<int>();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '{') open.Push(i);
            else if (text[i] == '}' && open.TryPop(out int start)) closing[start] = i;
        }

        return closing;
    }
}
