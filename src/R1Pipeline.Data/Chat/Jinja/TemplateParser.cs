using System.Runtime.CompilerServices;

namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>Parses a template into statements. A tag that chat templates have no use for (blocks, imports, …) is refused by name.</summary>
internal sealed class TemplateParser
{
    private readonly TokenStream _tokens;
    private readonly ExpressionParser _expressions;
    private int _loops;

    private TemplateParser(TokenStream tokens)
    {
        _tokens = tokens;
        _expressions = new ExpressionParser(tokens);
    }

    public static IReadOnlyList<Statement> Parse(string template)
    {
        var parser = new TemplateParser(new TokenStream(Lexer.Tokenize(template)));
        return parser.Until(opened: 1);
    }

    /// <summary>Statements up to a tag with one of the names, which is consumed; the name stays.</summary>
    private List<Statement> Until(int opened, params ReadOnlySpan<string> ends)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var body = new List<Statement>();
        while (_tokens.Current.Kind != TokenKind.End)
        {
            Token token = _tokens.Next();
            switch (token.Kind)
            {
                case TokenKind.Data:
                    body.Add(new TextOutput(token.Text, token.Line));
                    break;
                case TokenKind.VariableBegin:
                    body.Add(new ValueOutput(_expressions.Tuple(), token.Line));
                    _tokens.Expect(TokenKind.VariableEnd, "}}");
                    break;
                default:
                    if (_tokens.Current.Kind == TokenKind.Name && ends.Contains(_tokens.Current.Text)) return body;
                    body.Add(Tag());
                    _tokens.Expect(TokenKind.BlockEnd, "%}");
                    break;
            }
        }

        return ends.IsEmpty ? body : throw new JinjaException($"the tag is not closed: no {string.Join(" or ", ends.ToArray())} follows", opened);
    }

    private List<Statement> Body(int opened, params ReadOnlySpan<string> ends)
    {
        _tokens.SkipOperator(":");
        _tokens.Expect(TokenKind.BlockEnd, "%}");
        return Until(opened, ends);
    }

    private List<Statement> BodyToEnd(int opened, string end)
    {
        List<Statement> body = Body(opened, end);
        _tokens.Next();
        return body;
    }

    private Statement Tag()
    {
        int line = _tokens.Current.Line;
        string name = _tokens.ExpectName();
        return name switch
        {
            "if" => ParseIf(line),
            "for" => ParseFor(line),
            "set" => ParseSet(line),
            "macro" => ParseMacro(line),
            "call" => ParseCall(line),
            "filter" => new FilterBlock(_expressions.BlockFilter(), BodyToEnd(line, "endfilter"), line),
            "with" => ParseWith(line),
            "generation" => new Generation(CallableBody(line, "endgeneration"), line),
            "break" when _loops > 0 => new Break(line),
            "continue" when _loops > 0 => new Continue(line),
            "break" or "continue" => throw new JinjaException($"{name} stands outside of any loop", line),
            _ => throw new JinjaException($"the tag '{name}' is not supported", line),
        };
    }

    private If ParseIf(int line)
    {
        var branches = new List<(Expression, IReadOnlyList<Statement>)>();
        while (true)
        {
            Expression condition = _expressions.Tuple(allowsConditional: false);
            branches.Add((condition, Body(line, "elif", "else", "endif")));
            switch (_tokens.Next().Text)
            {
                case "elif": continue;
                case "else": return new If(branches, BodyToEnd(line, "endif"), line);
                default: return new If(branches, [], line);
            }
        }
    }

    private For ParseFor(int line)
    {
        Expression target = LoopKept(_expressions.Target("in"));
        _tokens.ExpectName("in");
        Expression items = _expressions.Tuple(allowsConditional: false, "recursive");
        Expression? condition = _tokens.SkipName("if") ? _expressions.Expression() : null;
        bool recursive = _tokens.SkipName("recursive");
        _loops++;
        List<Statement> body = Body(line, "else", "endfor");
        _loops--;
        List<Statement> otherwise = _tokens.Next().Text == "else" ? BodyToEnd(line, "endfor") : [];
        return new For(target, items, condition, recursive, body, otherwise, line);
    }

    /// <summary>In a loop the name <c>loop</c> is taken.</summary>
    private static Expression LoopKept(Expression target) => target is Name { Text: "loop" } || (target is TupleDisplay tuple && tuple.Items.Any(item => item is Name { Text: "loop" }))
        ? throw new JinjaException("Can't assign to special loop variable in for-loop target", target.Line)
        : target;

    private Statement ParseSet(int line)
    {
        Expression target = _expressions.Target(allowsNamespace: true);
        if (_loops > 0) LoopKept(target);
        if (_tokens.SkipOperator("=")) return new Assign(target, _expressions.Tuple(), line);
        Filter? filter = _tokens.SkipOperator("|") ? _expressions.BlockFilter() : null;
        return new AssignBlock(target, filter, BodyToEnd(line, "endset"), line);
    }

    private Macro ParseMacro(int line)
    {
        string name = _tokens.ExpectName();
        (List<string> parameters, List<Expression> defaults) = Signature();
        return new Macro(name, parameters, defaults, CallableBody(line, "endmacro"), line);
    }

    private CallBlock ParseCall(int line)
    {
        (List<string> parameters, List<Expression> defaults) = _tokens.IsOperator("(") ? Signature() : ([], []);
        Call call = _expressions.Expression() as Call ?? throw new JinjaException("a call block must call a macro", line);
        return new CallBlock(call, parameters, defaults, CallableBody(line, "endcall"), line);
    }

    /// <summary>A macro is a function: a loop around it is not one that its body can leave.</summary>
    private List<Statement> CallableBody(int line, string end)
    {
        int loops = _loops;
        _loops = 0;
        List<Statement> body = BodyToEnd(line, end);
        _loops = loops;
        return body;
    }

    private (List<string> Parameters, List<Expression> Defaults) Signature()
    {
        var parameters = new List<string>();
        var defaults = new List<Expression>();
        _tokens.ExpectOperator("(");
        while (!_tokens.SkipOperator(")"))
        {
            if (parameters.Count > 0) _tokens.ExpectOperator(",");
            int line = _tokens.Current.Line;
            parameters.Add(_tokens.ExpectName());
            if (_tokens.SkipOperator("=")) defaults.Add(_expressions.Expression());
            else if (defaults.Count > 0) throw new JinjaException("a parameter without default follows one with a default", line);
        }

        return (parameters, defaults);
    }

    private With ParseWith(int line)
    {
        var variables = new List<(Expression, Expression)>();
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (variables.Count > 0) _tokens.ExpectOperator(",");
            Expression target = new Name(_tokens.ExpectName(), line);
            _tokens.ExpectOperator("=");
            variables.Add((target, _expressions.Expression()));
        }

        return new With(variables, BodyToEnd(line, "endwith"), line);
    }
}
