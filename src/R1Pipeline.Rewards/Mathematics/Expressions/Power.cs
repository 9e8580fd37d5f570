namespace R1Pipeline.Rewards.Mathematics.Expressions;

/// <summary>A power; a quotient is a power of -1.</summary>
internal sealed record Power(Expression Base, Expression Exponent) : Expression
{
    public override IReadOnlyList<Expression> Parts { get; } = [Base, Exponent];

    public override Expression With(IReadOnlyList<Expression> parts) => new Power(parts[0], parts[1]);

    protected override string BuildKey() => Listed("^", Parts);
}
