using System.Runtime.CompilerServices;

namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>Parses expressions by recursive descent, with Jinja's precedence: filters and tests bind tighter than any operator.</summary>
internal sealed class ExpressionParser(TokenStream tokens)
{
    private static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    /// <summary>An expression.</summary>
    public Expression Expression()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        int line = tokens.Current.Line;
        Expression then = Or();
        while (tokens.SkipName("if"))
        {
            Expression condition = Or();
            Expression? otherwise = tokens.SkipName("else") ? Expression() : null;
            then = new Conditional(condition, then, otherwise, line);
        }

        return then;
    }

    /// <summary>One expression, or several with commas between them as a tuple. <paramref name="endName"/> ends it.</summary>
    public Expression Tuple(bool allowsConditional = true, string? endName = null, bool allowsEmpty = false) =>
        Tuple(allowsConditional ? Expression : Or, endName, allowsEmpty);

    /// <summary>What can be assigned to: names, namespace attributes, tuples of them.</summary>
    public Expression Target(string? endName = null, bool allowsNamespace = false)
    {
        Token first = tokens.Current;
        Expression target = Tuple(() => TargetItem(allowsNamespace), endName, allowsEmpty: false);
        return IsTarget(target) ? target : throw new JinjaException($"cannot assign to {first}", first.Line);
    }

    /// <summary><c>name(arguments)|name…</c> over a block's text.</summary>
    public Filter BlockFilter()
    {
        Filter filter = OneFilter(null);
        while (tokens.SkipOperator("|")) filter = OneFilter(filter);
        return filter;
    }

    private Expression Tuple(Func<Expression> parse, string? endName, bool allowsEmpty)
    {
        int line = tokens.Current.Line;
        var items = new List<Expression>();
        bool isTuple = false;
        while (!EndsTuple(endName))
        {
            items.Add(parse());
            if (!tokens.SkipOperator(",")) break;
            isTuple = true;
        }

        if (isTuple || (allowsEmpty && items.Count == 0)) return new TupleDisplay(items, line);
        return items.Count == 1 ? items[0] : throw tokens.Unexpected("an expression");
    }

    private bool EndsTuple(string? endName) =>
        tokens.Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd or TokenKind.End || tokens.IsOperator(")") || (endName is not null && tokens.IsName(endName));

    private Expression TargetItem(bool allowsNamespace)
    {
        Token name = tokens.Current;
        Expression item = Primary();
        if (!allowsNamespace || item is not Name || !tokens.SkipOperator(".")) return item;
        return new NamespaceTarget(name.Text, tokens.ExpectName(), name.Line);
    }

    private static bool IsTarget(Expression expression) => expression is Name or NamespaceTarget || (expression is TupleDisplay tuple && tuple.Items.All(IsTarget));

    private Expression Or() => LeftToRight(And, () => tokens.SkipName("or") ? "or" : null);

    private Expression And() => LeftToRight(Not, () => tokens.SkipName("and") ? "and" : null);

    private Expression Not()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        int line = tokens.Current.Line;
        return tokens.SkipName("not") ? new Unary("not", Not(), line) : Compare();
    }

    private Expression Compare()
    {
        int line = tokens.Current.Line;
        Expression first = Sum();
        var rest = new List<(string, Expression)>();
        while (ComparisonOperator() is { } found) rest.Add((found, Sum()));
        return rest.Count == 0 ? first : new Comparison(first, rest, line);
    }

    private string? ComparisonOperator()
    {
        if (tokens.Current.Kind == TokenKind.Operator && Comparisons.Contains(tokens.Current.Text)) return tokens.Next().Text;
        if (tokens.SkipName("in")) return "in";
        if (!tokens.IsName("not") || !tokens.Following.Is(TokenKind.Name, "in")) return null;
        tokens.Next();
        tokens.Next();
        return "not in";
    }

    private Expression Sum() => LeftToRight(Concatenation, () => Operator("+", "-"));

    private Expression Concatenation() => LeftToRight(Product, () => Operator("~"));

    private Expression Product() => LeftToRight(Power, () => Operator("*", "/", "//", "%"));

    private Expression Power() => LeftToRight(() => Sign(withFilters: true), () => Operator("**"));

    private string? Operator(params ReadOnlySpan<string> accepted) => tokens.Current.Kind == TokenKind.Operator && accepted.Contains(tokens.Current.Text) ? tokens.Next().Text : null;

    private Expression LeftToRight(Func<Expression> operand, Func<string?> next)
    {
        int line = tokens.Current.Line;
        Expression left = operand();
        while (next() is { } found) left = new Binary(found, left, operand(), line);
        return left;
    }

    private Expression Sign(bool withFilters)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        int line = tokens.Current.Line;
        Expression operand = Operator("-", "+") is { } sign ? new Unary(sign, Sign(withFilters: false), line) : Primary();
        operand = Postfix(operand);
        return withFilters ? FiltersAndTests(operand) : operand;
    }

    private Expression Primary()
    {
        Token token = tokens.Next();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return token.Text switch
                {
                    "true" or "True" => new Literal(true, token.Line),
                    "false" or "False" => new Literal(false, token.Line),
                    "none" or "None" => new Literal(null, token.Line),
                    _ => new Name(token.Text, token.Line),
                };
            case TokenKind.String:
                string text = token.Text;
                while (tokens.Current.Kind == TokenKind.String) text += tokens.Next().Text;
                return new Literal(text, token.Line);
            case TokenKind.Number:
                return new Literal(token.Number, token.Line);
            case TokenKind.Operator when token.Text == "(":
                Expression inner = Tuple(allowsEmpty: true);
                tokens.ExpectOperator(")");
                return inner;
            case TokenKind.Operator when token.Text == "[":
                return new ListDisplay(Items("]", Expression), token.Line);
            case TokenKind.Operator when token.Text == "{":
                return new DictDisplay(Items("}", DictItem), token.Line);
            default:
                throw new JinjaException($"expected an expression, found {token}", token.Line);
        }
    }

    private (Expression Key, Expression Value) DictItem()
    {
        Expression key = Expression();
        tokens.ExpectOperator(":");
        return (key, Expression());
    }

    private List<T> Items<T>(string end, Func<T> parse)
    {
        var items = new List<T>();
        while (!tokens.SkipOperator(end))
        {
            if (items.Count > 0)
            {
                tokens.ExpectOperator(",");
                if (tokens.SkipOperator(end)) break;
            }

            items.Add(parse());
        }

        return items;
    }

    private Expression Postfix(Expression target)
    {
        while (true)
        {
            int line = tokens.Current.Line;
            if (tokens.SkipOperator(".")) target = AfterDot(target, line);
            else if (tokens.SkipOperator("[")) target = Subscript(target, line);
            else if (tokens.IsOperator("(")) target = new Call(target, Arguments(), line);
            else return target;
        }
    }

    private Expression AfterDot(Expression target, int line) => tokens.Current switch
    {
        { Kind: TokenKind.Name } => new AttributeAccess(target, tokens.Next().Text, line),
        { Kind: TokenKind.Number, Number: long } => new ItemAccess(target, new Literal(tokens.Next().Number, line), line),
        _ => throw tokens.Unexpected("a name or a number"),
    };

    private Expression Subscript(Expression target, int line)
    {
        Expression? start = tokens.IsOperator(":") ? null : Expression();
        if (!tokens.IsOperator(":"))
        {
            return new ItemAccess(target, Subscripts(start!, line), line);
        }

        tokens.Next();
        Expression? stop = tokens.IsOperator(":") || tokens.IsOperator("]") ? null : Expression();
        Expression? step = tokens.SkipOperator(":") && !tokens.IsOperator("]") ? Expression() : null;
        tokens.ExpectOperator("]");
        return new Slice(target, start, stop, step, line);
    }

    /// <summary>What stands in the brackets of one item: several subscripts are a tuple.</summary>
    private Expression Subscripts(Expression first, int line)
    {
        List<Expression> items = [first];
        while (tokens.SkipOperator(",")) items.Add(Expression());
        tokens.ExpectOperator("]");
        return items.Count == 1 ? first : new TupleDisplay(items, line);
    }

    private Expression FiltersAndTests(Expression target)
    {
        while (true)
        {
            int line = tokens.Current.Line;
            if (tokens.SkipOperator("|")) target = OneFilter(target);
            else if (tokens.SkipName("is")) target = OneTest(target, line);
            else if (tokens.IsOperator("(")) target = new Call(target, Arguments(), line);
            else return target;
        }
    }

    private Filter OneFilter(Expression? target)
    {
        int line = tokens.Current.Line;
        string name = DottedName();
        return new Filter(target, name, tokens.IsOperator("(") ? Arguments() : ArgumentList.Empty, line);
    }

    private Expression OneTest(Expression target, int line)
    {
        bool negated = tokens.SkipName("not");
        string name = DottedName();
        ArgumentList arguments = ArgumentList.Empty;
        if (tokens.IsOperator("(")) arguments = Arguments();
        else if (StartsTestArgument())
        {
            if (tokens.IsName("is")) throw new JinjaException("tests cannot be chained with is", tokens.Current.Line);
            arguments = new ArgumentList([Postfix(Primary())], [], null, null);
        }

        Expression test = new Test(target, name, arguments, line);
        return negated ? new Unary("not", test, line) : test;
    }

    private bool StartsTestArgument() => tokens.Current.Kind switch
    {
        TokenKind.String or TokenKind.Number => true,
        TokenKind.Operator => tokens.Current.Text is "[" or "{",
        TokenKind.Name => tokens.Current.Text is not ("else" or "or" or "and"),
        _ => false,
    };

    private string DottedName()
    {
        string name = tokens.ExpectName();
        while (tokens.SkipOperator(".")) name += "." + tokens.ExpectName();
        return name;
    }

    private ArgumentList Arguments()
    {
        tokens.ExpectOperator("(");
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        Expression? spread = null, namedSpread = null;
        for (bool first = true; !tokens.SkipOperator(")"); first = false)
        {
            if (!first)
            {
                tokens.ExpectOperator(",");
                if (tokens.SkipOperator(")")) break;
            }

            int line = tokens.Current.Line;
            if (tokens.SkipOperator("**")) namedSpread = namedSpread is null ? Expression() : throw new JinjaException("** twice in one call", line);
            else if (tokens.SkipOperator("*")) spread = spread is null && namedSpread is null ? Expression() : throw new JinjaException("misplaced * in a call", line);
            else if (tokens.Current.Kind == TokenKind.Name && tokens.Following.Is(TokenKind.Operator, "="))
            {
                string name = tokens.Next().Text;
                if (named.Any(argument => argument.Item1 == name)) throw new JinjaException($"keyword argument repeated: {name}", line);
                tokens.Next();
                named.Add((name, Expression()));
            }
            else if (named.Count > 0 || spread is not null || namedSpread is not null) throw new JinjaException("a positional argument after named ones", line);
            else positional.Add(Expression());
        }

        return new ArgumentList(positional, named, spread, namedSpread);
    }
}
