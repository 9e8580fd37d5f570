namespace R1Pipeline.Rewards.Mathematics.Numbers;

/// <summary>A complex number of two <see cref="BigReal"/>.</summary>
internal readonly record struct BigComplex(BigReal Real, BigReal Imaginary)
{
    public static BigComplex NaN { get; } = new(BigReal.NaN, BigReal.NaN);

    public bool IsNaN => Real.IsNaN || Imaginary.IsNaN;

    public BigReal SquaredLength => Real * Real + Imaginary * Imaginary;

    public static BigComplex operator +(BigComplex a, BigComplex b) => new(a.Real + b.Real, a.Imaginary + b.Imaginary);

    public static BigComplex operator -(BigComplex a, BigComplex b) => new(a.Real - b.Real, a.Imaginary - b.Imaginary);

    public static BigComplex operator *(BigComplex a, BigComplex b) => new(a.Real * b.Real - a.Imaginary * b.Imaginary, a.Real * b.Imaginary + a.Imaginary * b.Real);

    public static BigComplex operator /(BigComplex a, BigComplex b)
    {
        BigReal length = b.SquaredLength;
        return length.IsNaN || length.IsZero ? NaN : new((a.Real * b.Real + a.Imaginary * b.Imaginary) / length, (a.Imaginary * b.Real - a.Real * b.Imaginary) / length);
    }
}
