using R1Pipeline.Rewards.Mathematics.Numbers;

namespace R1Pipeline.Rewards.Mathematics.Expressions;

/// <summary>A number as it is written.</summary>
/// <param name="Value">Its exact value.</param>
/// <param name="DecimalDigits">Significant digits where it is written as a decimal fraction: such a number may be rounded; 0: exact.</param>
internal sealed record Number(Rational Value, int DecimalDigits = 0) : Leaf
{
    public static Number One { get; } = new(Rational.One);

    public static Number MinusOne { get; } = new(Rational.One.Negate());

    protected override string BuildKey() => Value.ToString();
}
