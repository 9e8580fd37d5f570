using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace R1Pipeline.Rewards.Answers;

/// <summary>Exact numbers: integers with or without thousands commas, decimals, simple fractions, mixed numbers. Leading and trailing zeros do not count.</summary>
internal static class NumberParser
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
    private const string Whole = @"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)";

    private static readonly Regex Decimal = new($@"\A(?<sign>[+-]?)(?<whole>{Whole})?(?:\.(?<fraction>[0-9]*))?\z", Linear);
    private static readonly Regex Fraction = new(@"\A(?<sign>[+-]?)(?<whole>[0-9]+)?\\frac(?:\{(?<top>[+-]?[0-9,]+)\}|(?<top>[0-9]))(?:\{(?<bottom>[+-]?[0-9,]+)\}|(?<bottom>[0-9]))\z", Linear);
    private static readonly Regex Slashed = new(@"\A\(?(?<top>[+-]?[0-9,]+)\)?/\(?(?<bottom>[+-]?[0-9,]+)\)?\z", Linear);

    /// <summary>The number that the whole text (without white space) is; null when it is none.</summary>
    public static NumberValue? Exact(string text)
    {
        if (Decimal.Match(text) is { Success: true } match && (match.Groups["whole"].Success || match.Groups["fraction"].Length > 0))
        {
            string fraction = match.Groups["fraction"].Value;
            BigInteger digits = Integer(match.Groups["whole"].Value + fraction);
            return new NumberValue(match.Groups["sign"].Value == "-" ? -digits : digits, BigInteger.Pow(10, fraction.Length));
        }

        Match parts = Fraction.Match(text) is { Success: true } latex ? latex : Slashed.Match(text);
        if (!parts.Success) return null;
        BigInteger top = Integer(parts.Groups["top"].Value);
        BigInteger bottom = Integer(parts.Groups["bottom"].Value);
        if (bottom.IsZero) return null;
        if (parts.Groups["whole"] is { Success: true } whole) top += Integer(whole.Value) * bottom;
        return new NumberValue(parts.Groups["sign"].Value == "-" ? -top : top, bottom);
    }

    private static BigInteger Integer(string digits) =>
        BigInteger.Parse("0" + digits.Replace(",", "", StringComparison.Ordinal).TrimStart('+', '-'), CultureInfo.InvariantCulture) * (digits.StartsWith('-') ? -1 : 1);
}
