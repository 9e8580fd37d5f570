namespace R1Pipeline.Rewards.Mathematics.Expressions;

/// <summary>Two or more terms.</summary>
internal sealed record Sum(IReadOnlyList<Expression> Terms) : Expression
{
    public override IReadOnlyList<Expression> Parts => Terms;

    public override Expression With(IReadOnlyList<Expression> parts) => new Sum(parts);

    /// <summary>a - b.</summary>
    public static Expression Difference(Expression a, Expression b) => new Sum([a, Product.Negate(b)]);

    protected override string BuildKey() => Sorted("+", Terms.SelectMany(term => term is Sum inner ? inner.Terms : [term]));
}
