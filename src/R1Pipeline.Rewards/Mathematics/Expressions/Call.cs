namespace R1Pipeline.Rewards.Mathematics.Expressions;

/// <summary>A function of its arguments: one that <see cref="Evaluator{T,TArithmetic}"/> knows, or any other name, which stands for itself (<c>f(x)</c>, a sum, an integral).</summary>
internal sealed record Call(string Function, IReadOnlyList<Expression> Arguments) : Expression
{
    public override IReadOnlyList<Expression> Parts => Arguments;

    public override Expression With(IReadOnlyList<Expression> parts) => new Call(Function, parts);

    protected override string BuildKey() => Listed(Function, Arguments);
}
