namespace R1Pipeline.Rewards.Mathematics.Expressions;

/// <summary>A node without parts.</summary>
internal abstract record Leaf : Expression
{
    public sealed override IReadOnlyList<Expression> Parts => [];

    public sealed override Expression With(IReadOnlyList<Expression> parts) => this;
}
