using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using R1Pipeline.Rewards.Mathematics.Answers;

namespace R1Pipeline.Rewards.Mathematics.Reading;

/// <summary>Reads an integer with its base as an index: <c>204_5</c>, <c>1A_{16}</c>.</summary>
internal static class BasedNumberReader
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    private static readonly Regex Based = new(@"\A(?<digits>[0-9][0-9A-Za-z]{0,99})\s*_\s*(?:(?<base>[0-9]{1,2})|\{\s*(?<base>[0-9]{1,2})\s*\})\z", Linear);

    public static BasedNumberAnswer? Read(string text)
    {
        if (!text.Contains('_') || Based.Match(text) is not { Success: true } match) return null;
        int @base = int.Parse(match.Groups["base"].ValueSpan, CultureInfo.InvariantCulture);
        if (@base is < 2 or > 36) return null;
        BigInteger value = BigInteger.Zero;
        foreach (char c in match.Groups["digits"].ValueSpan)
        {
            int digit = char.IsAsciiDigit(c) ? c - '0' : char.ToLowerInvariant(c) - 'a' + 10;
            if (digit >= @base) return null;
            value = value * @base + digit;
        }

        return new BasedNumberAnswer(value, @base);
    }
}
