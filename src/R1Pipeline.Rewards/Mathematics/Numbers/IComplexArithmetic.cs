namespace R1Pipeline.Rewards.Mathematics.Numbers;

/// <summary>What an evaluator needs of complex numbers of some precision. Results that do not exist are not a number.</summary>
internal interface IComplexArithmetic<T>
{
    T Of(Rational value);

    T Pi { get; }

    T I { get; }

    T Add(T a, T b);

    T Multiply(T a, T b);

    T Divide(T a, T b);

    T Exp(T a);

    /// <summary>Principal value.</summary>
    T Log(T a);

    T Sin(T a);

    T Cos(T a);

    T Sqrt(T a);

    T Abs(T a);

    bool IsNaN(T a);

    bool IsZero(T a);

    bool IsReal(T a);

    /// <summary>Sign of the real part.</summary>
    int Sign(T a);
}
