using System.Globalization;
using System.Text.RegularExpressions;
using R1Pipeline.Rewards.Mathematics.Answers;

namespace R1Pipeline.Rewards.Mathematics.Reading;

/// <summary>Reads a time of day: 4:30, 16:30:05, <c>4:30 \text{ p.m.}</c></summary>
internal static class TimeReader
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase;

    private static readonly Regex Clock = new(@"\A(?<hours>[0-9]{1,2}):(?<minutes>[0-5][0-9])(?::(?<seconds>[0-5][0-9]))?\s*(?<half>[ap]\.?\s*m\.?)?\z", Linear);
    private static readonly Regex Wrapping = new(@"\\(?:text|textrm|textbf|mathrm|mbox|,|;|:|!| )|[{}$~]|\\", Linear);

    public static TimeAnswer? Read(string text)
    {
        if (text.Length > 60 || !text.Contains(':')) return null;
        Match match = Clock.Match(Wrapping.Replace(text, " ").Trim());
        if (!match.Success) return null;
        int hours = int.Parse(match.Groups["hours"].ValueSpan, CultureInfo.InvariantCulture);
        char? half = match.Groups["half"].Success ? char.ToLowerInvariant(match.Groups["half"].ValueSpan[0]) : null;
        if (hours > 23 || (half is not null && hours is 0 or > 12)) return null;
        int seconds = match.Groups["seconds"].Success ? int.Parse(match.Groups["seconds"].ValueSpan, CultureInfo.InvariantCulture) : 0;
        return new TimeAnswer(hours, int.Parse(match.Groups["minutes"].ValueSpan, CultureInfo.InvariantCulture), seconds, half);
    }
}
