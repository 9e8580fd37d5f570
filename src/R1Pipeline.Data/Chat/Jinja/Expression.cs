namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>An expression of a template.</summary>
/// <param name="Line">Where it stands.</param>
internal abstract record Expression(int Line);

/// <summary>A literal string, number, boolean or None.</summary>
internal sealed record Literal(object? Value, int Line) : Expression(Line);

internal sealed record Name(string Text, int Line) : Expression(Line);

/// <summary>An attribute of a namespace as the target of <c>set</c>.</summary>
internal sealed record NamespaceTarget(string Text, string Attribute, int Line) : Expression(Line);

internal sealed record ListDisplay(IReadOnlyList<Expression> Items, int Line) : Expression(Line);

internal sealed record TupleDisplay(IReadOnlyList<Expression> Items, int Line) : Expression(Line);

internal sealed record DictDisplay(IReadOnlyList<(Expression Key, Expression Value)> Items, int Line) : Expression(Line);

internal sealed record Unary(string Operator, Expression Operand, int Line) : Expression(Line);

internal sealed record Binary(string Operator, Expression Left, Expression Right, int Line) : Expression(Line);

/// <summary>A chain of comparisons: <c>a &lt; b in c</c>.</summary>
internal sealed record Comparison(Expression First, IReadOnlyList<(string Operator, Expression Operand)> Rest, int Line) : Expression(Line);

/// <summary><c>Then if Condition else Else</c>; without else it is undefined.</summary>
internal sealed record Conditional(Expression Condition, Expression Then, Expression? Else, int Line) : Expression(Line);

internal sealed record AttributeAccess(Expression Target, string Attribute, int Line) : Expression(Line);

internal sealed record ItemAccess(Expression Target, Expression Item, int Line) : Expression(Line);

internal sealed record Slice(Expression Target, Expression? Start, Expression? Stop, Expression? Step, int Line) : Expression(Line);

/// <summary>Arguments of a call, a filter or a test.</summary>
internal sealed record ArgumentList(
    IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named, Expression? Spread, Expression? NamedSpread)
{
    public static ArgumentList Empty { get; } = new([], [], null, null);

    public IEnumerable<Expression> All() => [.. Positional, .. Named.Select(argument => argument.Value), .. Spread is null ? [] : new[] { Spread }, .. NamedSpread is null ? [] : new[] { NamedSpread }];
}

internal sealed record Call(Expression Function, ArgumentList Arguments, int Line) : Expression(Line);

/// <summary><c>Target|Name(…)</c>; the target of a filter over a block is the block's text.</summary>
internal sealed record Filter(Expression? Target, string Name, ArgumentList Arguments, int Line) : Expression(Line);

internal sealed record Test(Expression Target, string Name, ArgumentList Arguments, int Line) : Expression(Line);
