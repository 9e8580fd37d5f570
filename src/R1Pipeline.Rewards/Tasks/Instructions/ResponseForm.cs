using System.Text.RegularExpressions;

namespace R1Pipeline.Rewards.Tasks.Instructions;

/// <summary>Marks in a response: placeholders, bullets, titles, sections.</summary>
internal static class ResponseForm
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
    private const RegexOptions LinearLines = Linear | RegexOptions.Multiline;

    private static readonly Regex Placeholder = new(@"\[.*?\]", Linear);
    private static readonly Regex StarBullet = new(@"^\s*\*[^*\n].*$", LinearLines);
    private static readonly Regex DashBullet = new(@"^\s*-.*$", LinearLines);
    private static readonly Regex Emphasis = new(@"\*[^\n*]*\*", Linear);
    private static readonly Regex StrongEmphasis = new(@"\*\*[^\n*]*\*\*", Linear);
    private static readonly Regex Title = new(@"<<[^\n]+>>", Linear);
    private static readonly Regex Postscript = new(@"p\.\s?s\.", Linear | RegexOptions.IgnoreCase);
    private static readonly Regex SecondPostscript = new(@"p\.\s?p\.\s?s", Linear | RegexOptions.IgnoreCase);
    private static readonly string[] Constrained = ["My answer is yes.", "My answer is no.", "My answer is maybe."];

    public static int NumPlaceholders(string text) => Placeholder.Count(text);

    public static int NumBullets(string text) => StarBullet.Count(text) + DashBullet.Count(text);

    public static int NumHighlights(string text) => Emphasis.Matches(text).Count(IsFilled) + StrongEmphasis.Matches(text).Count(IsFilled);

    public static bool HasTitle(string text) => Title.Matches(text).Any(match => match.Value.TrimStart('<').TrimEnd('>').Trim().Length > 0);

    public static bool IsConstrained(string text) => Constrained.Any(text.Contains);

    public static bool HasPostscript(string text, string marker) => marker switch
    {
        "P.P.S" => SecondPostscript.IsMatch(text),
        "P.S." => Postscript.IsMatch(text),
        _ => text.Contains(marker, StringComparison.OrdinalIgnoreCase),
    };

    /// <summary>How often the word with a number behind it opens a section.</summary>
    public static int NumSections(string text, string word) => Regex.Count(text, $@"{Regex.Escape(word)}\s?[0-9]+", Linear);

    /// <summary>Two different responses with six stars between them.</summary>
    public static bool HasTwoResponses(string text)
    {
        string[] parts = text.Split("******");
        var responses = new List<string>();
        for (int i = 0; i < parts.Length; i++)
        {
            if (parts[i].Trim().Length > 0) responses.Add(parts[i].Trim());
            else if (i > 0 && i < parts.Length - 1) return false;
        }

        return responses.Count == 2 && responses[0] != responses[1];
    }

    private static bool IsFilled(Match match) => match.Value.Trim('*').Trim().Length > 0;
}
