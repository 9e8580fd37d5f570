using System.Text.RegularExpressions;

namespace R1Pipeline.Rewards.Mathematics.Extraction;

/// <summary>Formulas between delimiters.</summary>
internal static class MathSpans
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline;

    private static readonly Regex Span = new(@"\$\$(?<math>[^$]+)\$\$|\$(?<math>(?:[^$\n\\]|\\.)+)\$|\\\((?<math>.+?)\\\)|\\\[(?<math>.+?)\\\]", Linear);

    /// <summary>The formulas in order, with where each ends.</summary>
    public static IReadOnlyList<(string Math, int Start, int End)> All(string text) =>
        text.Contains('$') || text.Contains(@"\(", StringComparison.Ordinal) || text.Contains(@"\[", StringComparison.Ordinal)
            ? [.. Span.Matches(text).Select(match => (match.Groups["math"].Value, match.Index, match.Index + match.Length))]
            : [];
}
