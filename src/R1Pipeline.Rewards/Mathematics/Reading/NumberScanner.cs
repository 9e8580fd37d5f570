using System.Globalization;
using System.Numerics;
using R1Pipeline.Rewards.Mathematics.Expressions;
using R1Pipeline.Rewards.Mathematics.Numbers;

namespace R1Pipeline.Rewards.Mathematics.Reading;

/// <summary>Reads a number: digits with or without thousands separators, a decimal fraction that may repeat, a power of ten.</summary>
internal static class NumberScanner
{
    private const int MaxDigits = 4000;
    private const int MaxExponentDigits = 3;

    // What stands between groups of thousands. A bare comma is one only outside brackets, where it does not separate the parts of a pair.
    private static readonly string[] Separators = [@",\!", "{,}", @"\,", @"\ ", ",\\ "];

    /// <summary>Whether a number starts at <paramref name="at"/>.</summary>
    public static bool Scan(string text, int at, bool inBrackets, out Number? number, out int end)
    {
        (number, end) = (null, at);
        if (!IsDigit(text, at) && !(text[at] == '.' && IsDigit(text, at + 1))) return false;
        string whole = Whole(text, ref end, inBrackets);
        string fraction = "";
        string repeating = "";
        if (end < text.Length && text[end] == '.' && (IsDigit(text, end + 1) || Repeats(text, end + 1)))
        {
            end++;
            fraction = Digits(text, ref end);
            repeating = Repeating(text, ref end);
            if (repeating.Length == 0 && Continues(text, end, out int after) && Period(fraction) is > 0 and var period) (fraction, repeating, end) = (fraction[..^period], fraction[^period..], after);
        }
        else if (end < text.Length && text[end] == '.' && whole.Length > 0 && !text.AsSpan(end).StartsWith("..") && (end + 1 == text.Length || !char.IsLetterOrDigit(text[end + 1])))
        {
            end++;
        }

        int exponent = Exponent(text, ref end);
        if (whole.Length + fraction.Length + repeating.Length > MaxDigits) return false;
        number = Value(whole, fraction, repeating, exponent);
        return true;
    }

    private static Number Value(string whole, string fraction, string repeating, int exponent)
    {
        var value = new Rational(Integer(whole + fraction), BigInteger.Pow(10, fraction.Length));
        if (repeating.Length > 0)
        {
            BigInteger nines = BigInteger.Pow(10, repeating.Length) - 1;
            value = value.Add(new Rational(Integer(repeating), nines * BigInteger.Pow(10, fraction.Length))) ?? value;
        }

        if (exponent != 0) value = value.Multiply(exponent > 0 ? new Rational(BigInteger.Pow(10, exponent)) : new Rational(BigInteger.One, BigInteger.Pow(10, -exponent))) ?? value;
        bool isDecimal = (fraction.Length > 0 && repeating.Length == 0) || exponent != 0;
        return new Number(value, isDecimal ? Math.Max(1, (whole + fraction).TrimStart('0').Length) : 0);
    }

    private static string Whole(string text, ref int end, bool inBrackets)
    {
        string digits = Digits(text, ref end);
        if (digits.Length is 0 or > 3) return digits;
        int at = end;
        string grouped = digits;
        while (Separator(text, at, inBrackets) is { } start && start + 3 <= text.Length && IsDigit(text, start) && IsDigit(text, start + 1) && IsDigit(text, start + 2) && !IsDigit(text, start + 3))
        {
            grouped += text.Substring(start, 3);
            at = start + 3;
        }

        // 1,234,5 is a list.
        if (at == end || (at < text.Length && text[at] == ',' && IsDigit(text, at + 1))) return digits;
        end = at;
        return grouped;
    }

    /// <summary>Where the next group of thousands starts; null where no separator stands here.</summary>
    private static int? Separator(string text, int at, bool inBrackets)
    {
        foreach (string separator in Separators)
        {
            if (!text.AsSpan(at).StartsWith(separator)) continue;
            int after = at + separator.Length;
            while (separator == @",\!" && after < text.Length && text[after] == ' ') after++;
            return after;
        }

        return !inBrackets && at < text.Length && text[at] == ',' ? at + 1 : null;
    }

    private static bool Repeats(string text, int at) => at < text.Length && text[at] == '\\' && (text.AsSpan(at).StartsWith(@"\overline") || text.AsSpan(at).StartsWith(@"\dot") || text.AsSpan(at).StartsWith(@"\bar"));

    /// <summary>Whether dots stand here that say "and so on".</summary>
    private static bool Continues(string text, int at, out int after)
    {
        foreach (string dots in new[] { "...", "…", @"\ldots", @"\dots", @"\cdots" })
        {
            after = at + dots.Length;
            if (text.AsSpan(at).StartsWith(dots, StringComparison.Ordinal)) return true;
        }

        after = at;
        return false;
    }

    /// <summary>How many digits at the end repeat, seen at least three times; 0: none.</summary>
    private static int Period(string digits)
    {
        for (int period = 1; 3 * period <= digits.Length; period++)
        {
            int first = digits.Length - 3 * period;
            if (Enumerable.Range(first, 2 * period).All(i => digits[i] == digits[i + period])) return period;
        }

        return 0;
    }

    private static string Repeating(string text, ref int end)
    {
        if (!Repeats(text, end)) return "";
        int at = text.IndexOf('{', end);
        int close = at < 0 ? -1 : text.IndexOf('}', at);
        if (close < 0 || close - end > 200 || text.AsSpan(end, at - end).Trim() is not (@"\overline" or @"\dot" or @"\bar")) return "";
        string digits = text[(at + 1)..close].Trim();
        if (digits.Length == 0 || !digits.All(char.IsAsciiDigit)) return "";
        end = close + 1;
        return digits;
    }

    private static int Exponent(string text, ref int end)
    {
        if (end >= text.Length || text[end] is not ('e' or 'E')) return 0;
        int at = end + 1;
        if (at < text.Length && text[at] is '+' or '-') at++;
        int start = at;
        string digits = Digits(text, ref at);
        if (digits.Length is 0 or > MaxExponentDigits || (at < text.Length && char.IsLetter(text[at]))) return 0;
        int exponent = int.Parse(digits, CultureInfo.InvariantCulture) * (text[start - 1] == '-' ? -1 : 1);
        end = at;
        return exponent;
    }

    private static string Digits(string text, ref int at)
    {
        int start = at;
        while (IsDigit(text, at)) at++;
        return text[start..at];
    }

    private static bool IsDigit(string text, int at) => at < text.Length && char.IsAsciiDigit(text[at]);

    private static BigInteger Integer(string digits) => digits.Length == 0 ? BigInteger.Zero : BigInteger.Parse(digits, CultureInfo.InvariantCulture);
}
