using System.Numerics;

namespace R1Pipeline.Rewards.Mathematics.Numbers;

/// <summary>
/// A binary floating-point number with a mantissa of <see cref="Precision"/> bits: what a double calls equal is looked at again with about 70 decimal
/// digits (e^(π√163) differs from an integer in the 31st). Values out of range are not a number.
/// </summary>
internal readonly struct BigReal
{
    /// <summary>Bits of the mantissa.</summary>
    public const int Precision = 256;

    private const int MaxExponent = 1 << 20;

    private readonly BigInteger _mantissa;
    private readonly int _exponent;

    private BigReal(BigInteger mantissa, long exponent)
    {
        int excess = (int)mantissa.GetBitLength() - Precision;
        if (excess > 0)
        {
            mantissa >>= excess;
            exponent += excess;
        }

        IsNaN = !mantissa.IsZero && Math.Abs(exponent) > MaxExponent;
        (_mantissa, _exponent) = (mantissa, (int)(mantissa.IsZero ? 0 : exponent));
    }

    private BigReal(bool isNaN)
    {
        IsNaN = isNaN;
        _mantissa = BigInteger.Zero;
        _exponent = 0;
    }

    public static BigReal NaN { get; } = new(isNaN: true);

    public static BigReal Zero { get; } = new(BigInteger.Zero, 0);

    public static BigReal One { get; } = new(BigInteger.One, 0);

    public static BigReal Pi { get; } = FromFixed(16 * ArcTanInverse(5) - 4 * ArcTanInverse(239));

    /// <summary>The natural logarithm of 2.</summary>
    public static BigReal Ln2 { get; } = FromFixed(2 * ArcTanhInverse(3));

    private const int Guard = 64;

    public bool IsNaN { get; }

    public bool IsZero => !IsNaN && _mantissa.IsZero;

    public int Sign => _mantissa.Sign;

    /// <summary>Position of the leading bit: the value is below 2^Magnitude.</summary>
    public int Magnitude => _exponent + (int)BigInteger.Abs(_mantissa).GetBitLength();

    public static BigReal Of(Rational value)
    {
        if (value.IsInteger) return new BigReal(value.Numerator, 0);
        int shift = Precision + Guard + (int)value.Denominator.GetBitLength();
        return new BigReal((value.Numerator << shift) / value.Denominator, -shift);
    }

    public static BigReal operator +(BigReal a, BigReal b)
    {
        if (a.IsNaN || b.IsNaN) return NaN;
        if (a._mantissa.IsZero) return b;
        if (b._mantissa.IsZero) return a;
        if (a._exponent < b._exponent) (a, b) = (b, a);
        int shift = a._exponent - b._exponent;
        return shift > 2 * Precision ? a : new BigReal((a._mantissa << shift) + b._mantissa, b._exponent);
    }

    public static BigReal operator -(BigReal a) => a.IsNaN ? a : new BigReal(-a._mantissa, a._exponent);

    public static BigReal operator -(BigReal a, BigReal b) => a + -b;

    public static BigReal operator *(BigReal a, BigReal b) => a.IsNaN || b.IsNaN ? NaN : new BigReal(a._mantissa * b._mantissa, (long)a._exponent + b._exponent);

    public static BigReal operator /(BigReal a, BigReal b)
    {
        if (a.IsNaN || b.IsNaN || b._mantissa.IsZero) return NaN;
        const int Shift = 2 * Precision;
        return new BigReal((a._mantissa << Shift) / b._mantissa, (long)a._exponent - b._exponent - Shift);
    }

    public BigReal Abs() => Sign < 0 ? -this : this;

    public BigReal Sqrt()
    {
        if (IsNaN || Sign < 0) return NaN;
        if (IsZero) return this;
        int shift = 2 * Precision;
        if (((_exponent - shift) & 1) != 0) shift++;
        return new BigReal(SquareRoot(_mantissa << shift), (_exponent - shift) / 2);
    }

    public BigReal Exp()
    {
        // e^x = 2^k e^r with |r| ≤ ln 2 / 2, and e^r = (e^(r/2^8))^(2^8).
        if (IsNaN || Magnitude > 19) return NaN;
        BigInteger k = (this / Ln2).Round();
        BigReal rest = this - new BigReal(k, 0) * Ln2;
        const int Halvings = 8;
        BigInteger x = rest.ToFixed() >> Halvings;
        BigInteger term = BigInteger.One << FixedBits;
        BigInteger sum = term;
        for (int n = 1; !term.IsZero; n++)
        {
            term = ((term * x) >> FixedBits) / n;
            if (term == BigInteger.MinusOne) break;
            sum += term;
        }

        for (int i = 0; i < Halvings; i++) sum = (sum * sum) >> FixedBits;
        return new BigReal(sum, (long)k - FixedBits);
    }

    /// <summary>The natural logarithm of a positive number.</summary>
    public BigReal Log()
    {
        if (IsNaN || Sign <= 0) return NaN;

        // Newton on e^y = m from a double, for m in [1/2, 1): each step doubles the digits.
        int power = Magnitude;
        var m = new BigReal(_mantissa, _exponent - power);
        BigReal y = FromDouble(Math.Log(m.ToDouble()));
        for (int i = 0; i < 3; i++) y = y + (m * (-y).Exp() - One);
        return y + new BigReal(power, 0) * Ln2;
    }

    /// <summary>Sine and cosine.</summary>
    public (BigReal Sin, BigReal Cos) SinCos()
    {
        if (IsNaN || Magnitude > 40) return (NaN, NaN);
        BigReal quarter = Pi / new BigReal(2, 0);
        BigInteger k = (this / quarter).Round();
        BigInteger x = (this - new BigReal(k, 0) * quarter).ToFixed();
        BigInteger square = (x * x) >> FixedBits;
        BigReal sin = FromFixed(Alternating(x, square, 2));
        BigReal cos = FromFixed(Alternating(BigInteger.One << FixedBits, square, 1));
        return (int)(((k % 4) + 4) % 4) switch
        {
            0 => (sin, cos),
            1 => (cos, -sin),
            2 => (-sin, -cos),
            _ => (-cos, sin),
        };
    }

    /// <summary>The angle in (-π, π] of the point with these coordinates.</summary>
    public static BigReal ArcTan2(BigReal y, BigReal x)
    {
        if (y.IsNaN || x.IsNaN || (y.IsZero && x.IsZero)) return NaN;
        if (y.IsZero) return x.Sign > 0 ? Zero : Pi;

        // Newton from a double: turn the point back by the angle found so far; what is left is its sine.
        BigReal radius = (x * x + y * y).Sqrt();
        (BigReal sine, BigReal cosine) = (y / radius, x / radius);
        BigReal angle = FromDouble(Math.Atan2(sine.ToDouble(), cosine.ToDouble()));
        for (int i = 0; i < 4; i++)
        {
            (BigReal sin, BigReal cos) = angle.SinCos();
            angle += sine * cos - cosine * sin;
        }

        return angle;
    }

    public double ToDouble()
    {
        if (IsNaN) return double.NaN;
        int excess = Math.Max(0, (int)BigInteger.Abs(_mantissa).GetBitLength() - 60);
        return Math.ScaleB((double)(_mantissa >> excess), _exponent + excess);
    }

    /// <summary>The nearest integer.</summary>
    public BigInteger Round()
    {
        if (_exponent >= 0) return _mantissa << Math.Min(_exponent, MaxExponent);
        return -_exponent > Precision + 2 ? BigInteger.Zero : ((_mantissa >> (-_exponent - 1)) + 1) >> 1;
    }

    private const int FixedBits = Precision + Guard;

    private static BigReal FromFixed(BigInteger value) => new(value, -FixedBits);

    private static BigReal FromDouble(double value)
    {
        if (!double.IsFinite(value)) return NaN;
        int exponent = value == 0 ? 0 : Math.ILogB(value) - 60;
        return new BigReal(new BigInteger(Math.ScaleB(value, -exponent)), exponent);
    }

    private BigInteger ToFixed()
    {
        int shift = FixedBits + _exponent;
        return shift >= 0 ? _mantissa << shift : _mantissa >> -shift;
    }

    private static BigInteger Alternating(BigInteger first, BigInteger square, int n)
    {
        BigInteger term = first;
        BigInteger sum = first;
        for (; !term.IsZero && term != BigInteger.MinusOne; n += 2)
        {
            term = -((term * square) >> FixedBits) / (n * (n + 1));
            sum += term;
        }

        return sum;
    }

    private static BigInteger ArcTanInverse(int n) => InverseSeries(n, alternating: true);

    private static BigInteger ArcTanhInverse(int n) => InverseSeries(n, alternating: false);

    private static BigInteger InverseSeries(int n, bool alternating)
    {
        BigInteger power = (BigInteger.One << FixedBits) / n;
        BigInteger sum = BigInteger.Zero;
        for (int k = 1; !power.IsZero; k += 2)
        {
            sum += alternating && k % 4 == 3 ? -(power / k) : power / k;
            power /= n * n;
        }

        return sum;
    }

    private static BigInteger SquareRoot(BigInteger value)
    {
        BigInteger root = BigInteger.One << (int)((value.GetBitLength() + 1) / 2);
        while (true)
        {
            BigInteger next = (root + value / root) >> 1;
            if (next >= root) return root;
            root = next;
        }
    }
}
