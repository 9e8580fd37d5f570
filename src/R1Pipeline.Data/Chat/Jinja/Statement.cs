namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>A statement of a template.</summary>
/// <param name="Line">Where it begins.</param>
internal abstract record Statement(int Line);

internal sealed record TextOutput(string Text, int Line) : Statement(Line);

internal sealed record ValueOutput(Expression Value, int Line) : Statement(Line);

internal sealed record If(IReadOnlyList<(Expression Condition, IReadOnlyList<Statement> Body)> Branches, IReadOnlyList<Statement> Else, int Line) : Statement(Line);

internal sealed record For(
    Expression Target, Expression Items, Expression? Condition, bool Recursive, IReadOnlyList<Statement> Body, IReadOnlyList<Statement> Else, int Line) : Statement(Line)
{
    public Symbols? BodySymbols { get; set; }

    public Symbols? ConditionSymbols { get; set; }

    public Symbols? ElseSymbols { get; set; }
}

internal sealed record Assign(Expression Target, Expression Value, int Line) : Statement(Line);

/// <summary>A statement whose body has a scope of its own.</summary>
internal abstract record ScopedStatement(IReadOnlyList<Statement> Body, int Line) : Statement(Line)
{
    /// <summary>Names of the body's scope, once analysed.</summary>
    public Symbols? Symbols { get; set; }
}

/// <summary><c>{% set target | filter %}…{% endset %}</c>.</summary>
internal sealed record AssignBlock(Expression Target, Filter? Filter, IReadOnlyList<Statement> Body, int Line) : ScopedStatement(Body, Line);

internal sealed record FilterBlock(Filter Filter, IReadOnlyList<Statement> Body, int Line) : ScopedStatement(Body, Line);

internal sealed record With(IReadOnlyList<(Expression Target, Expression Value)> Variables, IReadOnlyList<Statement> Body, int Line) : ScopedStatement(Body, Line);

/// <summary>What macros and call blocks share: parameters, of which the last ones have defaults, and a body.</summary>
internal abstract record Callable(IReadOnlyList<string> Parameters, IReadOnlyList<Expression> Defaults, IReadOnlyList<Statement> Body, int Line) : ScopedStatement(Body, Line)
{
    /// <summary>Which of <c>caller</c>, <c>kwargs</c> and <c>varargs</c> the body uses.</summary>
    public IReadOnlySet<string> Special { get; set; } = new HashSet<string>();
}

internal sealed record Macro(string Name, IReadOnlyList<string> Parameters, IReadOnlyList<Expression> Defaults, IReadOnlyList<Statement> Body, int Line)
    : Callable(Parameters, Defaults, Body, Line);

internal sealed record CallBlock(Call Call, IReadOnlyList<string> Parameters, IReadOnlyList<Expression> Defaults, IReadOnlyList<Statement> Body, int Line)
    : Callable(Parameters, Defaults, Body, Line);

/// <summary><c>{% generation %}</c>: marks what the assistant wrote; renders its body, which is a function of its own for Jinja.</summary>
internal sealed record Generation(IReadOnlyList<Statement> Body, int Line) : Callable([], [], Body, Line);

internal sealed record Break(int Line) : Statement(Line);

internal sealed record Continue(int Line) : Statement(Line);
