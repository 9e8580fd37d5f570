namespace R1Pipeline.Rewards.Mathematics.Expressions;

/// <summary>Two or more factors.</summary>
internal sealed record Product(IReadOnlyList<Expression> Factors) : Expression
{
    public override IReadOnlyList<Expression> Parts => Factors;

    public override Expression With(IReadOnlyList<Expression> parts) => new Product(parts);

    public static Expression Negate(Expression factor) => factor is Number number ? number with { Value = number.Value.Negate() } : new Product([Number.MinusOne, factor]);

    public static Expression Quotient(Expression top, Expression bottom) => new Product([top, new Power(bottom, Number.MinusOne)]);

    protected override string BuildKey() => Sorted("*", Factors.SelectMany(factor => factor is Product inner ? inner.Factors : [factor]));
}
