using System.Text;
using R1Pipeline.Rewards.Mathematics.Expressions;

namespace R1Pipeline.Rewards.Mathematics.Reading;

/// <summary>Reads variables with their indices, calls of functions by any name, and the functions that are known.</summary>
internal sealed class FunctionReader(ExpressionParser parser)
{
    // A bracket behind these letters is an argument; behind any other it is a factor.
    private static readonly HashSet<string> FunctionLetters = ["f", "g", "h", "F", "G", "H", "P", "Q", "Γ"];

    /// <summary>A constant, a variable, or a call of a function that is a letter.</summary>
    public Expression? Named()
    {
        string name = parser.Next!.Text;
        parser.Advance();
        if (parser.NextIs("_")) name += Index();
        while (parser.NextIs("'"))
        {
            parser.Advance();
            name += "'";
        }

        if (name is ['C', ..] && Combinations(name) is { } combinations) return combinations;
        if (FunctionLetters.Contains(name[..1]) && parser.NextIs("(")) return Arguments() is { } arguments ? new Call(name, arguments) : null;
        return name switch
        {
            "π" => Constant.Pi,
            "e" => Constant.E,
            "i" => Constant.I,
            "∞" => Constant.Infinity,
            "" => null,
            _ => new Symbol(name),
        };
    }

    /// <summary>A known function: <c>sin x</c>, <c>sin(x)</c>, <c>sin^2 x</c>, <c>log_2 8</c>, <c>max(a, b)</c>.</summary>
    public Expression? Known()
    {
        string name = parser.Next!.Text;
        parser.Advance();
        Expression? @base = null;
        if (name == "log" && parser.Take("_") && (@base = parser.Argument()) is null) return null;
        Expression? exponent = null;
        if (parser.Take("^") && (exponent = parser.Argument()) is null) return null;
        if (exponent is Number { Value: { Sign: < 0, IsInteger: true } value } && value.Numerator == -1 && name is "sin" or "cos" or "tan" or "cot") (name, exponent) = ("arc" + name, null);

        bool outer = parser.InAngle;
        parser.InAngle = outer || name is "sin" or "cos" or "tan" or "cot" or "sec" or "csc";
        IReadOnlyList<Expression>? arguments = parser.NextIs("(") || parser.NextIs("{") ? Arguments() : Unbracketed() is { } argument ? [argument] : null;
        parser.InAngle = outer;
        if (arguments is null) return null;
        if (name == "cbrt") (name, arguments) = ("root", [.. arguments, new Number(new Numbers.Rational(3))]);
        if (name is "gcd" or "lcm" && arguments.Count > 2) arguments = [arguments.Aggregate((a, b) => new Call(name, [a, b]))];
        if (name == "det" && arguments is [Matrix matrix] && matrix.Determinant() is { } determinant) return exponent is null ? determinant : new Power(determinant, exponent);
        Expression call = arguments is [Call { Function: "gcd" or "lcm" }] && name is "gcd" or "lcm" ? arguments[0] : new Call(name, @base is null ? arguments : [@base, .. arguments]);
        return exponent is null ? call : new Power(call, exponent);
    }

    /// <summary>The number of combinations as it is written in schools: <c>C(5, 2)</c>, <c>C_5^2</c>; null where C is a variable.</summary>
    private Call? Combinations(string name)
    {
        if (name == "C" && parser.NextIs("(") && parser.Peek(1) is { Kind: TokenKind.Number } top && parser.Peek(2)?.Is(",") == true && parser.Peek(3) is { Kind: TokenKind.Number } under && parser.Peek(4)?.Is(")") == true)
        {
            for (int i = 0; i < 5; i++) parser.Advance();
            return new Call("binom", [top.Number!, under.Number!]);
        }

        if (!int.TryParse(name.AsSpan(Math.Min(2, name.Length)), out int n) || !parser.NextIs("^")) return null;
        bool braced = parser.Peek(1)?.Is("{") == true;
        if (parser.Peek(braced ? 2 : 1) is not { Kind: TokenKind.Number, Number: { Value.IsInteger: true } k } || (braced && parser.Peek(3)?.Is("}") != true)) return null;
        for (int i = 0; i < (braced ? 4 : 2); i++) parser.Advance();
        return new Call("binom", [new Number(new Numbers.Rational(n)), k]);
    }

    /// <summary>Arguments in brackets, with commas between them.</summary>
    private List<Expression>? Arguments()
    {
        string close = parser.NextIs("{") ? "}" : ")";
        parser.Advance();
        if (close == "}" && parser.NextIs("(") && parser.Sum() is { } single) return parser.Take(close) ? [single] : null;
        var arguments = new List<Expression>();
        do
        {
            if (parser.Sum() is not { } argument) return null;
            arguments.Add(argument);
        }
        while (parser.Take(","));

        return parser.Take(close) ? arguments : null;
    }

    /// <summary>The argument of a function without brackets: factors up to the next sign or function.</summary>
    private Expression? Unbracketed()
    {
        if (parser.Take("-")) return Unbracketed() is { } negative ? Product.Negate(negative) : null;
        if (parser.Next?.Kind == TokenKind.Function) return Known();
        if (parser.Powered() is not { } first) return null;
        var factors = new List<Expression> { first };
        while (parser.Next is { } next && (next.Kind == TokenKind.Name || (next.Kind == TokenKind.Command && next.Text is "frac" or "sqrt")))
        {
            if (parser.Powered() is not { } factor) return null;
            factors.Add(factor);
        }

        while (parser.NextIs("/") && parser.Peek(1)?.Kind == TokenKind.Number)
        {
            parser.Advance();
            if (parser.Powered() is not { } divisor) return null;
            factors.Add(new Power(divisor, Number.MinusOne));
        }

        return factors.Count == 1 ? first : new Product(factors);
    }

    /// <summary>The text of an index: part of the variable's name. Braces and spaces do not count.</summary>
    private string Index()
    {
        parser.Advance();
        var text = new StringBuilder("_");
        int depth = 0;
        while (parser.Next is { } token)
        {
            depth += token.Is("{") ? 1 : token.Is("}") ? -1 : 0;
            if (depth < 0) break;
            parser.Advance();
            if (!token.Is("{") && !token.Is("}")) text.Append(token.Kind == TokenKind.Number ? token.Number!.Key : token.Text);
            if (depth == 0) break;
        }

        return text.ToString();
    }
}
