using System.Numerics;

namespace R1Pipeline.Rewards.Mathematics.Numbers;

/// <summary>Complex numbers of two doubles: fast, and enough to tell apart.</summary>
internal readonly struct DoubleArithmetic : IComplexArithmetic<Complex>
{
    private const double Noise = 1e-11;

    public Complex Pi => Math.PI;

    public Complex I => Complex.ImaginaryOne;

    public Complex Of(Rational value) => value.Approximate();

    public Complex Add(Complex a, Complex b) => a + b;

    public Complex Multiply(Complex a, Complex b) => a.Imaginary == 0 && b.Imaginary == 0 ? a.Real * b.Real : a * b;

    public Complex Divide(Complex a, Complex b) => b == Complex.Zero ? new Complex(double.NaN, 0) : a.Imaginary == 0 && b.Imaginary == 0 ? a.Real / b.Real : a / b;

    public Complex Exp(Complex a) => a.Imaginary == 0 ? Math.Exp(a.Real) : Complex.Exp(a);

    public Complex Log(Complex a) => a.Imaginary == 0 && a.Real > 0 ? Math.Log(a.Real) : Complex.Log(a);

    public Complex Sin(Complex a) => a.Imaginary == 0 ? Math.Sin(a.Real) : Complex.Sin(a);

    public Complex Cos(Complex a) => a.Imaginary == 0 ? Math.Cos(a.Real) : Complex.Cos(a);

    public Complex Sqrt(Complex a) => a.Imaginary == 0 ? (a.Real >= 0 ? Math.Sqrt(a.Real) : new Complex(0, Math.Sqrt(-a.Real))) : Complex.Sqrt(a);

    public Complex Abs(Complex a) => Complex.Abs(a);

    public bool IsNaN(Complex a) => !double.IsFinite(a.Real) || !double.IsFinite(a.Imaginary);

    // A divisor that should be zero is rounding noise in doubles (sin π): refuse it rather than return a huge number.
    public bool IsZero(Complex a) => Math.Abs(a.Real) < Noise && Math.Abs(a.Imaginary) < Noise;

    public bool IsReal(Complex a) => Math.Abs(a.Imaginary) <= Noise * Math.Max(1, Math.Abs(a.Real));

    public int Sign(Complex a) => Math.Sign(a.Real);
}
