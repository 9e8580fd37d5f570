using R1Pipeline.Rewards.Mathematics.Numbers;

namespace R1Pipeline.Rewards.Mathematics.Expressions;

/// <summary>The sign of ± (or of ∓, the other one): an expression with it is two expressions.</summary>
internal sealed record SignChoice(bool Flipped) : Leaf
{
    protected override string BuildKey() => Flipped ? "∓" : "±";

    /// <summary>The values that the expression stands for: itself, or the one with the upper signs and the one with the lower.</summary>
    public static IReadOnlyList<Expression> Expand(Expression expression) =>
        expression.Any(part => part is SignChoice) ? [Take(expression, upper: true), Take(expression, upper: false)] : [expression];

    private static Expression Take(Expression expression, bool upper) =>
        expression.Replace(part => part is SignChoice sign ? new Number(sign.Flipped == upper ? Rational.One.Negate() : Rational.One) : null);
}
