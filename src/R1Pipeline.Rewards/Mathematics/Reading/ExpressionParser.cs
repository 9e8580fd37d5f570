using R1Pipeline.Rewards.Mathematics.Expressions;
using R1Pipeline.Rewards.Mathematics.Numbers;

namespace R1Pipeline.Rewards.Mathematics.Reading;

/// <summary>
/// Reads tokens as one formula by recursive descent, limited in depth and steps. Null where they are none; whatever is not understood makes the whole
/// no formula: nothing is ever left out or repaired.
/// </summary>
internal sealed class ExpressionParser
{
    private const int MaxDepth = 60;

    private readonly IReadOnlyList<Token> _tokens;
    private readonly WorkBudget _budget;
    private readonly FunctionReader _functions;
    private readonly StructureReader _structures;
    private int _depth;

    private ExpressionParser(IReadOnlyList<Token> tokens, WorkBudget budget)
    {
        (_tokens, _budget) = (tokens, budget);
        _functions = new FunctionReader(this);
        _structures = new StructureReader(this);
    }

    /// <summary>Position of the next token.</summary>
    public int At { get; private set; }

    /// <summary>Whether degrees are angles here: in the argument of a trigonometric function.</summary>
    public bool InAngle { get; set; }

    public Token? Next => At < _tokens.Count ? _tokens[At] : null;

    public static Expression? Parse(IReadOnlyList<Token> tokens, WorkBudget budget)
    {
        var parser = new ExpressionParser(tokens, budget);
        Expression? expression = parser.Chosen();
        return parser.At == tokens.Count ? expression : null;
    }

    public Token? Peek(int ahead) => At + ahead < _tokens.Count ? _tokens[At + ahead] : null;

    public bool NextIs(string sign) => Next?.Is(sign) == true;

    public bool Take(string sign)
    {
        if (!NextIs(sign)) return false;
        At++;
        return true;
    }

    public void Advance() => At++;

    /// <summary>A sum, or a binomial whose two sums stand on either side of <c>\choose</c>.</summary>
    private Expression? Chosen()
    {
        Expression? top = Sum();
        if (top is null || Next is not { Kind: TokenKind.Command, Text: "choose" }) return top;
        Advance();
        return Sum() is { } under ? new Call("binom", [top, under]) : null;
    }

    /// <summary>Terms with signs between them.</summary>
    public Expression? Sum()
    {
        if (++_depth > MaxDepth || !_budget.Spend()) return null;
        var terms = new List<Expression>();
        do
        {
            Expression? sign = null;
            if (terms.Count > 0) sign = TakeSign();
            if (Term() is not { } term) return null;
            terms.Add(Signed(sign, term));
        }
        while (Next is { } next && (next.Is("+") || next.Is("-") || next.Is("±") || next.Is("∓")));

        _depth--;
        Expression sum = terms.Count == 1 ? terms[0] : new Sum(terms);
        return Matrix.Fold(sum) ?? sum;
    }

    /// <summary>Factors with signs or nothing between them.</summary>
    public Expression? Term()
    {
        if (Unary() is not { } first) return null;
        var factors = new List<Expression> { first };
        while (Next is { } next && _budget.Spend())
        {
            if (Take("*"))
            {
                if (Unary() is not { } factor) return null;
                factors.Add(factor);
            }
            else if (NextIs("/"))
            {
                Advance();
                if (Unary() is not { } divisor) return null;
                factors.Add(new Power(divisor, Number.MinusOne));
            }
            else if (next is { Kind: TokenKind.Command, Text: "mod" })
            {
                Advance();
                if (Unary() is not { } modulus) return null;
                factors = [new Call("mod", [Product(factors), modulus])];
            }
            else if (StartsFactor(next))
            {
                if (Factor(factors[^1]) is not { } factor) return null;
                factors.Add(factor);
            }
            else break;
        }

        return Product(factors);
    }

    /// <summary>A factor without a sign before it: two numbers side by side are no product.</summary>
    private Expression? Factor(Expression before) => Next!.Kind == TokenKind.Number && before is not Call { Function: "factorial" } ? null : Powered();

    /// <summary>An operand; a proper fraction right behind an integer makes a mixed number of both, which a sign in front then takes as one.</summary>
    private Expression? Operand()
    {
        Expression? value = Powered();
        if (value is not Number { Value.IsInteger: true, DecimalDigits: 0 } whole) return value;
        bool slashed = Next is { Kind: TokenKind.Number, SpaceBefore: true } && Peek(1)?.Is("/") == true && Peek(2)?.Kind == TokenKind.Number;
        if (!slashed && Next is not { Kind: TokenKind.Command, Text: "frac" }) return value;
        if ((slashed ? SlashedFraction() : Powered()) is not { } fraction) return null;
        bool proper = fraction is Product { Factors: [Number { Value.IsInteger: true } top, Power { Base: Number { Value.IsInteger: true } bottom }] } && top.Value.Sign > 0 && top.Value.CompareTo(bottom.Value) < 0;
        return proper ? new Sum([whole, fraction]) : new Product([whole, fraction]);
    }

    private Expression? SlashedFraction()
    {
        Number top = Next!.Number!;
        At += 2;
        Number bottom = Next!.Number!;
        At++;
        return Expressions.Product.Quotient(top, bottom);
    }

    private Expression? Unary()
    {
        if (++_depth > MaxDepth || !_budget.Spend()) return null;
        Expression? result;
        if (Next is { } next && (next.Is("-") || next.Is("+") || next.Is("±") || next.Is("∓")))
        {
            Expression? sign = TakeSign();
            result = Unary() is { } operand ? Signed(sign, operand) : null;
        }
        else result = Operand();

        _depth--;
        return result;
    }

    /// <summary>An operand with what follows it: exponents, factorials, degrees, percent signs.</summary>
    public Expression? Powered()
    {
        Expression? value = Atom();
        while (value is not null && Next is { } next)
        {
            if (next.Is("^"))
            {
                Advance();
                value = Raise(value);
            }
            else if (Take("°")) value = Angle(value);
            else if (next.Is("!"))
            {
                Advance();
                value = new Call("factorial", [value]);
            }
            else if (Take("%")) value = new Product([value, new Number(new Rational(1, 100))]);
            else break;
        }

        return value;
    }

    private Expression? Raise(Expression value)
    {
        if (Take("°")) return Angle(value);
        if (NextIs("{") && Peek(1)?.Is("°") == true && Peek(2)?.Is("}") == true)
        {
            At += 3;
            return Angle(value);
        }

        return Argument() is { } exponent ? new Power(value, exponent) : null;
    }

    private Expression Angle(Expression value) => InAngle ? new Product([value, Constant.Pi, new Number(new Rational(1, 180))]) : value;

    /// <summary>What a command or an exponent applies to: a group or one operand, with its sign.</summary>
    public Expression? Argument()
    {
        if (++_depth > MaxDepth || !_budget.Spend()) return null;
        Expression? value;
        if (NextIs("-") || NextIs("+"))
        {
            Expression? sign = TakeSign();
            value = Argument() is { } operand ? Signed(sign, operand) : null;
        }
        else value = Atom();

        if (value is not null && NextIs("^") && _tokens[At - 1].Kind == TokenKind.Number)
        {
            // a^b^c in programming notation.
            Advance();
            value = Argument() is { } exponent ? new Power(value, exponent) : null;
        }

        _depth--;
        return value;
    }

    private Expression? Atom()
    {
        if (++_depth > MaxDepth || !_budget.Spend() || Next is not { } token) return null;
        Expression? value = token.Kind switch
        {
            TokenKind.Number => TakeNumber(token),
            TokenKind.Name => _functions.Named(),
            TokenKind.Function => _functions.Known(),
            TokenKind.Command => _structures.Read(),
            TokenKind.Sign => Bracketed(token.Text),
            _ => null,
        };
        _depth--;
        return value;
    }

    private Number TakeNumber(Token token)
    {
        Advance();
        return token.Number!;
    }

    private Expression? Bracketed(string open)
    {
        (string close, string? function) = open switch
        {
            "(" => (")", null),
            "[" => ("]", null),
            "{" => ("}", null),
            "|" => ("|", "abs"),
            "⌊" => ("⌋", "floor"),
            "⌈" => ("⌉", "ceil"),
            _ => ("", null),
        };
        if (close.Length == 0) return null;
        Advance();
        Expression? inside = open == "{" ? Chosen() : Sum();
        if (inside is null || !Take(close)) return null;
        return function is null ? inside : new Call(function, [inside]);
    }

    private bool StartsFactor(Token token) => token.Kind switch
    {
        TokenKind.Number or TokenKind.Name or TokenKind.Function => true,
        TokenKind.Command => token.Text is "frac" or "sqrt" or "binom" or "begin" or "sum" or "prod" or "int" or "lim",
        TokenKind.Sign => token.Text is "(" or "[" or "{" or "⌊" or "⌈",
        _ => false,
    };

    /// <summary>Minus is a factor of -1, ± a choice, plus nothing.</summary>
    private Expression? TakeSign()
    {
        string sign = Next!.Text;
        Advance();
        return sign switch { "-" => Number.MinusOne, "±" => new SignChoice(false), "∓" => new SignChoice(true), _ => null };
    }

    private static Expression Signed(Expression? sign, Expression operand) => sign switch
    {
        null => operand,
        Number => Expressions.Product.Negate(operand),
        _ => new Product([sign, operand]),
    };

    private static Expression Product(List<Expression> factors)
    {
        if (factors.Count == 1) return factors[0];
        var product = new Product(factors);
        return Matrix.Fold(product) ?? product;
    }
}
