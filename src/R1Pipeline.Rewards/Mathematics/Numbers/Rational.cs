using System.Numerics;

namespace R1Pipeline.Rewards.Mathematics.Numbers;

/// <summary>
/// An exact fraction in lowest terms with a positive denominator. Operations that could grow without limit return null above <see cref="MaxBits"/>:
/// 10^10^10 is a short text and a number that no memory holds.
/// </summary>
internal readonly record struct Rational
{
    /// <summary>Longest numerator or denominator.</summary>
    public const int MaxBits = 1 << 13;

    public Rational(BigInteger numerator, BigInteger denominator)
    {
        BigInteger divisor = BigInteger.GreatestCommonDivisor(numerator, denominator) * denominator.Sign;
        (Numerator, Denominator) = divisor.IsOne ? (numerator, denominator) : (numerator / divisor, denominator / divisor);
    }

    public Rational(BigInteger integer) => (Numerator, Denominator) = (integer, BigInteger.One);

    public BigInteger Numerator { get; }

    public BigInteger Denominator { get; }

    public static Rational Zero { get; } = new(BigInteger.Zero);

    public static Rational One { get; } = new(BigInteger.One);

    public bool IsInteger => Denominator.IsOne;

    public bool IsZero => Numerator.IsZero;

    public int Sign => Numerator.Sign;

    public Rational Abs() => new(BigInteger.Abs(Numerator), Denominator);

    public Rational? Add(Rational other) => Bounded(Numerator * other.Denominator + other.Numerator * Denominator, Denominator * other.Denominator);

    public Rational? Multiply(Rational other) => Bounded(Numerator * other.Numerator, Denominator * other.Denominator);

    /// <summary>1 over this; null for zero.</summary>
    public Rational? Inverse() => IsZero ? null : new Rational(Denominator, Numerator);

    public Rational Negate() => new(-Numerator, Denominator);

    /// <summary>An integer power; null where it is undefined or too long.</summary>
    public Rational? Power(BigInteger exponent)
    {
        if (exponent.IsZero) return IsZero ? null : One;
        if (IsZero) return exponent.Sign > 0 ? Zero : null;
        if (BigInteger.Abs(Numerator).IsOne && Denominator.IsOne) return Numerator.Sign > 0 || exponent.IsEven ? One : new Rational(BigInteger.MinusOne);
        long bits = Math.Max((long)Numerator.GetBitLength(), (long)Denominator.GetBitLength());
        if (BigInteger.Abs(exponent) * (bits - 1) > MaxBits) return null;
        int power = (int)BigInteger.Abs(exponent);
        var result = new Rational(BigInteger.Pow(Numerator, power), BigInteger.Pow(Denominator, power));
        return exponent.Sign > 0 ? result : result.Inverse();
    }

    /// <summary>The exact real root; null where it is not rational.</summary>
    public Rational? Root(int degree)
    {
        if (degree < 1 || degree > 64 || (Sign < 0 && degree % 2 == 0)) return null;
        return IntegerRoot(BigInteger.Abs(Numerator), degree) is { } top && IntegerRoot(Denominator, degree) is { } bottom ? new Rational(Sign < 0 ? -top : top, bottom) : null;
    }

    /// <summary>The largest integer that is not above this.</summary>
    public BigInteger Floor()
    {
        BigInteger quotient = BigInteger.DivRem(Numerator, Denominator, out BigInteger remainder);
        return remainder.Sign < 0 ? quotient - 1 : quotient;
    }

    public int CompareTo(Rational other) => (Numerator * other.Denominator).CompareTo(other.Numerator * Denominator);

    /// <summary>The nearest double; infinite where it is out of range.</summary>
    public double Approximate()
    {
        double top = (double)Numerator;
        double bottom = (double)Denominator;
        if (double.IsFinite(top) && double.IsFinite(bottom)) return top / bottom;

        // Both may be out of range where their quotient is not.
        int shift = (int)Math.Max(Numerator.GetBitLength(), Denominator.GetBitLength()) - 1000;
        BigInteger shifted = Denominator >> shift;
        return shifted.IsZero ? double.PositiveInfinity * Sign : (double)(Numerator >> shift) / (double)shifted;
    }

    public override string ToString() => IsInteger ? Numerator.ToString() : $"{Numerator}/{Denominator}";

    private static Rational? Bounded(BigInteger numerator, BigInteger denominator) =>
        numerator.GetBitLength() > MaxBits || denominator.GetBitLength() > MaxBits ? null : new Rational(numerator, denominator);

    private static BigInteger? IntegerRoot(BigInteger value, int degree)
    {
        if (value.IsZero || value.IsOne) return value;

        // Newton's iteration from above decreases until it stands on the floor of the root.
        BigInteger root = BigInteger.One << (int)((value.GetBitLength() + degree - 1) / degree);
        while (true)
        {
            BigInteger next = ((degree - 1) * root + value / BigInteger.Pow(root, degree - 1)) / degree;
            if (next >= root) break;
            root = next;
        }

        return BigInteger.Pow(root, degree) == value ? root : null;
    }
}
