using System.Numerics;
using R1Pipeline.Rewards.Mathematics.Numbers;

namespace R1Pipeline.Rewards.Mathematics.Expressions;

/// <summary>When two different numbers count as equal: one is written as a decimal and they agree when rounded, or a relative difference is allowed.</summary>
/// <param name="Rounding">Decimal places, or significant digits below 1, at which a decimal must agree.</param>
/// <param name="Relative">Largest relative difference to the gold; 0: none.</param>
internal sealed record NumericTolerance(int Rounding, double Relative)
{
    private const int MinDecimalDigits = 6;

    public bool IsRelative => Relative > 0;

    /// <summary>Whether at least one side is a decimal, so that rounding is allowed.</summary>
    public bool Rounds(Expression gold, Expression answer) => IsDecimal(gold) || IsDecimal(answer);

    /// <summary>For exact values.</summary>
    public bool AreNear(Rational gold, Rational answer, Expression goldText, Expression answerText)
    {
        if (IsRelative && gold.Add(answer.Negate()) is { } difference && difference.Abs().Approximate() <= Relative * gold.Abs().Approximate()) return true;
        if (!Rounds(goldText, answerText)) return false;
        return Rounded(gold, Places(gold)) == Rounded(answer, Places(answer)) || (ExactRoundsTo(goldText, gold, answer) && !IsDecimal(answerText));
    }

    /// <summary>For values that are no fractions.</summary>
    public bool AreNear(double gold, double answer, Expression goldText, Expression answerText)
    {
        if (IsRelative && Math.Abs(gold - answer) <= Relative * Math.Abs(gold)) return true;
        return Math.Abs(gold) < 1e15 && Math.Abs(answer) < 1e15 && Rounds(goldText, answerText) && AreNear(OfDouble(gold), OfDouble(answer), goldText, answerText);
    }

    private static bool IsDecimal(Expression expression) => expression.Any(part => part is Number { DecimalDigits: > 0 });

    /// <summary>A decimal gold of k ≥ 6 significant digits equals an exact value that rounds to it.</summary>
    private static bool ExactRoundsTo(Expression goldText, Rational gold, Rational answer)
    {
        int digits = goldText is Number number ? number.DecimalDigits : 0;
        return digits >= MinDecimalDigits && Rounded(answer, Leading(gold, digits)) == Rounded(gold, Leading(gold, digits));
    }

    private int Places(Rational value) => value.Abs().CompareTo(Rational.One) < 0 ? Leading(value, Rounding) : Rounding;

    /// <summary>Decimal places that keep so many significant digits.</summary>
    private static int Leading(Rational value, int digits)
    {
        double size = Math.Abs(value.Approximate());
        return size is 0 || !double.IsFinite(size) ? digits : digits - 1 - (int)Math.Floor(Math.Log10(size));
    }

    /// <summary>In units of the last place, halves away from zero.</summary>
    private static (BigInteger, int) Rounded(Rational value, int places)
    {
        places = Math.Clamp(places, -400, 400);
        BigInteger power = BigInteger.Pow(10, Math.Abs(places));
        BigInteger top = BigInteger.Abs(value.Numerator) * (places >= 0 ? power : 1);
        BigInteger bottom = value.Denominator * (places >= 0 ? 1 : power);
        BigInteger units = (2 * top + bottom) / (2 * bottom) * value.Sign;

        // 0.99999996 and 1 are the same number written at different places.
        while (!units.IsZero && places > 0 && units % 10 == 0) (units, places) = (units / 10, places - 1);
        return (units, units.IsZero ? 0 : places);
    }

    private static Rational OfDouble(double value)
    {
        if (value == 0) return Rational.Zero;
        int exponent = Math.ILogB(value) - 52;
        var mantissa = new BigInteger(Math.ScaleB(value, -exponent));
        return exponent >= 0 ? new Rational(mantissa << exponent) : new Rational(mantissa, BigInteger.One << -exponent);
    }
}
