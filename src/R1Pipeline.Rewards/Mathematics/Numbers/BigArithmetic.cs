namespace R1Pipeline.Rewards.Mathematics.Numbers;

/// <summary>Complex numbers of about 70 digits: slow, and enough to call equal.</summary>
internal readonly struct BigArithmetic : IComplexArithmetic<BigComplex>
{
    // Below this a value is the rounding noise of values near 1.
    private const int NoiseMagnitude = -BigReal.Precision + 56;

    public BigComplex Pi => Real(BigReal.Pi);

    public BigComplex I => new(BigReal.Zero, BigReal.One);

    public BigComplex Of(Rational value) => Real(BigReal.Of(value));

    public BigComplex Add(BigComplex a, BigComplex b) => a + b;

    public BigComplex Multiply(BigComplex a, BigComplex b) => a * b;

    public BigComplex Divide(BigComplex a, BigComplex b) => a / b;

    public BigComplex Exp(BigComplex a)
    {
        BigReal length = a.Real.Exp();
        (BigReal sin, BigReal cos) = a.Imaginary.SinCos();
        return new(length * cos, length * sin);
    }

    public BigComplex Log(BigComplex a) => new(a.SquaredLength.Log() / Two, IsReal(a) && a.Real.Sign > 0 ? BigReal.Zero : BigReal.ArcTan2(IsReal(a) ? BigReal.Zero : a.Imaginary, a.Real));

    public BigComplex Sin(BigComplex a)
    {
        (BigReal sin, BigReal cos) = a.Real.SinCos();
        (BigReal sinh, BigReal cosh) = Hyperbolic(a.Imaginary);
        return new(sin * cosh, cos * sinh);
    }

    public BigComplex Cos(BigComplex a)
    {
        (BigReal sin, BigReal cos) = a.Real.SinCos();
        (BigReal sinh, BigReal cosh) = Hyperbolic(a.Imaginary);
        return new(cos * cosh, -(sin * sinh));
    }

    public BigComplex Sqrt(BigComplex a)
    {
        if (a.IsNaN) return a;
        if (IsReal(a)) return a.Real.Sign >= 0 ? Real(a.Real.Sqrt()) : new(BigReal.Zero, (-a.Real).Sqrt());
        BigReal length = a.SquaredLength.Sqrt();
        BigReal real = ((length + a.Real) / Two).Sqrt();
        BigReal imaginary = ((length - a.Real) / Two).Sqrt();
        return new(real, a.Imaginary.Sign < 0 ? -imaginary : imaginary);
    }

    public BigComplex Abs(BigComplex a) => Real(a.SquaredLength.Sqrt());

    public bool IsNaN(BigComplex a) => a.IsNaN;

    public bool IsZero(BigComplex a) => IsNoise(a.Real, 0) && IsNoise(a.Imaginary, 0);

    public bool IsReal(BigComplex a) => IsNoise(a.Imaginary, a.Real.IsZero ? 0 : a.Real.Magnitude);

    public int Sign(BigComplex a) => a.Real.Sign;

    private static BigReal Two => BigReal.One + BigReal.One;

    private static BigComplex Real(BigReal value) => new(value, BigReal.Zero);

    private static bool IsNoise(BigReal value, int scale) => value.IsZero || (!value.IsNaN && value.Magnitude < NoiseMagnitude + Math.Max(0, scale));

    private static (BigReal Sinh, BigReal Cosh) Hyperbolic(BigReal x)
    {
        if (x.IsZero) return (BigReal.Zero, BigReal.One);
        (BigReal up, BigReal down) = (x.Exp(), (-x).Exp());
        return ((up - down) / Two, (up + down) / Two);
    }
}
