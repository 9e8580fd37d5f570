using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;
using R1Pipeline.Rewards.Mathematics.Answers;

namespace R1Pipeline.Rewards.Mathematics.Reading;

/// <summary>Reads a time of day: 4:30, 16:30:05, <c>4:30 \text{ p.m.}</c>, 2 p.m., 12 noon, 下午3点30分.</summary>
internal static class TimeReader
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase;

    private static readonly SearchValues<char> Signs = SearchValues.Create(":：mM点點时時'");
    private static readonly Regex Clock = new(@"\A(?<hours>[0-9]{1,2}):(?<minutes>[0-5][0-9])(?::(?<seconds>[0-5][0-9]))?\s*(?<half>[ap]\.?\s*m\.?)?\z", Linear);
    private static readonly Regex Hour = new(@"\A(?<hours>[0-9]{1,2})\s*(?:o'clock(?:\s*(?<half>[ap]\.?\s*m\.?))?|(?<half>[ap]\.?\s*m\.?))\z", Linear);
    private static readonly Regex Twelve = new(@"\A(?:12(?::00)?\s*)?(?:(?<midnight>midnight)|noon)\z", Linear);
    private static readonly Regex Chinese = new(@"\A(?:(?<before>上午|早上|凌晨)|(?<after>下午|晚上|傍晚))?\s*(?<hours>[0-9]{1,2})\s*[点點时時]\s*(?:(?<thirty>半)|(?<minutes>[0-5]?[0-9])\s*分?)?\z", Linear);
    private static readonly Regex Wrapping = new(@"\\(?:text|textrm|textbf|mathrm|mbox|,|;|:|!| )|[{}$~]|\\", Linear);

    public static TimeAnswer? Read(string text)
    {
        if (text.Length > 60 || !(text.AsSpan().ContainsAny(Signs) || text.Contains("noon", StringComparison.OrdinalIgnoreCase))) return null;
        string plain = Wrapping.Replace(text, " ").Replace('：', ':').Trim();
        if (Twelve.Match(plain) is { Success: true } twelve) return new TimeAnswer(12, 0, 0, twelve.Groups["midnight"].Success ? 'a' : 'p');
        foreach (Regex form in new[] { Clock, Hour, Chinese })
        {
            if (form.Match(plain) is { Success: true } match) return Of(match);
        }

        return null;
    }

    private static TimeAnswer? Of(Match match)
    {
        int hours = Value(match.Groups["hours"]);
        char? half = match.Groups["half"].Success ? char.ToLowerInvariant(match.Groups["half"].ValueSpan[0]) : match.Groups["before"].Success ? 'a' : match.Groups["after"].Success ? 'p' : null;
        if (hours > 23 || (half is not null && hours is 0 or > 12)) return null;
        return new TimeAnswer(hours, match.Groups["thirty"].Success ? 30 : Value(match.Groups["minutes"]), Value(match.Groups["seconds"]), half);
    }

    private static int Value(Group group) => group.Success ? int.Parse(group.ValueSpan, CultureInfo.InvariantCulture) : 0;
}
