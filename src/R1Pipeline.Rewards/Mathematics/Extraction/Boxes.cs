using System.Text.RegularExpressions;

namespace R1Pipeline.Rewards.Mathematics.Extraction;

/// <summary>Boxes with balanced braces. Boxes that an "and" or a comma joins, with at most a name before the later one, are one answer.</summary>
internal static class Boxes
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase;
    private const int MaxBoxes = 64;
    private const int MaxJoint = 120;

    private static readonly Regex Opening = new(@"\\(?:boxed|fbox)\s*\{", Linear);
    private static readonly Regex Delimiters = new(@"\\(?:quad|qquad|text|textbf|,|;|\(|\)|\[|\])|[${}\s]", Linear);
    private static readonly Regex Joint = new(@"\A(?:,|;|，|；|、|,?and|,?or|&|和|或|et|ou)(?:[a-z](?:_\{?[0-9]\}?|[0-9])?=)?\z", Linear);

    public static bool HasAny(string text) => text.Contains(@"\boxed", StringComparison.Ordinal) || text.Contains(@"\fbox", StringComparison.Ordinal);

    /// <summary>The content of the last balanced box, with those that are joined to it before it; null where there is none.</summary>
    public static string? Last(string text)
    {
        var boxes = new List<(int Start, int End, string Content)>();
        int[] closing = Closing(text);
        int after = 0;
        foreach (Match match in Opening.Matches(text))
        {
            int open = match.Index + match.Length - 1;
            if (match.Index < after || closing[open] <= 0) continue;
            after = closing[open] + 1;
            if (boxes.Count == MaxBoxes) boxes.RemoveAt(0);
            boxes.Add((match.Index, after, text[(open + 1)..closing[open]]));
        }

        if (boxes.Count == 0) return null;
        int first = boxes.Count - 1;
        while (first > 0 && Joins(text[boxes[first - 1].End..boxes[first].Start])) first--;
        return first == boxes.Count - 1 ? Inner(boxes[first].Content) : string.Join(", ", boxes.Skip(first).Select(box => Inner(box.Content)));
    }

    private static bool Joins(string between) => between.Length <= MaxJoint && Joint.IsMatch(Delimiters.Replace(between, ""));

    /// <summary>A box around nothing but a box.</summary>
    private static string Inner(string content)
    {
        string trimmed = content.Trim();
        return trimmed.StartsWith(@"\boxed{", StringComparison.Ordinal) && trimmed.EndsWith('}') && Last(trimmed) is { } inner ? inner : content;
    }

    private static int[] Closing(string text)
    {
        int[] closing = new int[text.Length];
        var open = new Stack<int>();
        for (int i = 0; i < text.Length; i++)
        {
            // \{ and \} are characters of the answer; \\ before a brace is a line break.
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] is '{' or '}' or '\\') i++;
            else if (text[i] == '{') open.Push(i);
            else if (text[i] == '}' && open.TryPop(out int start)) closing[start] = i;
        }

        return closing;
    }
}
