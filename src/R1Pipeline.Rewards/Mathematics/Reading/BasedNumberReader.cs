using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using R1Pipeline.Rewards.Mathematics.Answers;

namespace R1Pipeline.Rewards.Mathematics.Reading;

/// <summary>Reads an integer with its base: <c>204_5</c>, <c>(204)_5</c>, <c>\text{1A}_{16}</c>, <c>101 (base 2)</c>. Prefixes of programming languages (0x) are none.</summary>
internal static class BasedNumberReader
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    private static readonly Regex Indexed = new(
        @"\A(?:(?<digits>[0-9][0-9A-Za-z]{0,99})|\(\s*(?<digits>[0-9][0-9A-Za-z]{0,99})\s*\)|\\(?:text|mathrm)\s*\{\s*(?<digits>[0-9A-Za-z]{1,100})\s*\})\s*_\s*(?:(?<base>[0-9]{1,2})|\{\s*(?<base>[0-9]{1,2})\s*\}|\{\s*\\text\s*\{\s*(?<base>[0-9]{1,2})\s*\}\s*\})\z", Linear);

    private static readonly Regex Named = new(@"\A(?<digits>[0-9][0-9A-Za-z]{0,99})\s*(?:\\text\s*\{\s*\(\s*base[ -](?<base>[0-9]{1,2})\s*\)\s*\}|\(\s*base[ -](?<base>[0-9]{1,2})\s*\)|(?:in )?base[ -](?<base>[0-9]{1,2}))\z", Linear);

    public static BasedNumberAnswer? Read(string text)
    {
        if (text.Length > 300) return null;
        if (!text.Contains('_') && !text.Contains("base", StringComparison.Ordinal)) return null;
        Match match = Indexed.Match(text) is { Success: true } indexed ? indexed : Named.Match(text);
        return match.Success ? Value(match.Groups["digits"].ValueSpan, int.Parse(match.Groups["base"].ValueSpan, CultureInfo.InvariantCulture)) : null;
    }

    private static BasedNumberAnswer? Value(ReadOnlySpan<char> digits, int @base)
    {
        if (@base is < 2 or > 36) return null;
        BigInteger value = BigInteger.Zero;
        foreach (char c in digits)
        {
            int digit = char.IsAsciiDigit(c) ? c - '0' : char.ToLowerInvariant(c) - 'a' + 10;
            if (digit >= @base) return null;
            value = value * @base + digit;
        }

        return new BasedNumberAnswer(value, @base);
    }
}
