namespace R1Pipeline.Rewards.Mathematics.Expressions;

/// <summary>A finite sum or product: the body for every integer value of the index from the first to the last.</summary>
/// <param name="IsProduct">Whether the values are multiplied instead of added.</param>
/// <param name="Index">The variable that runs; inside the body it hides one of the same name.</param>
/// <param name="First">Its first value.</param>
/// <param name="Last">Its last value.</param>
/// <param name="Body">What is added or multiplied.</param>
internal sealed record Series(bool IsProduct, Symbol Index, Expression First, Expression Last, Expression Body) : Expression
{
    /// <summary>Most values that are gone through.</summary>
    public const int MaxTerms = 2000;

    public override IReadOnlyList<Expression> Parts => [First, Last, Body];

    /// <summary>Whether it exists only where its variables are integers.</summary>
    public bool HasOpenBounds => First.Any(part => part is Symbol) || Last.Any(part => part is Symbol);

    public override Expression With(IReadOnlyList<Expression> parts) => this with { First = parts[0], Last = parts[1], Body = parts[2] };

    protected override string BuildKey() => Listed(IsProduct ? "product-over" : "sum-over", [Index, First, Last, Body]);
}
