using R1Pipeline.Rewards.Mathematics.Expressions;

namespace R1Pipeline.Rewards.Mathematics.Reading;

/// <summary>Reads commands with arguments: fractions, roots, binomials, matrices; sums, integrals and limits as functions that stand for themselves.</summary>
internal sealed class StructureReader(ExpressionParser parser)
{
    private const int MaxEntries = 400;

    public Expression? Read()
    {
        string command = parser.Next!.Text;
        switch (command)
        {
            case "frac":
                parser.Advance();
                return parser.Argument() is { } top && parser.Argument() is { } bottom ? Product.Quotient(top, bottom) : null;
            case "binom":
                parser.Advance();
                return parser.NextIs("(") ? Pair("binom") : parser.Argument() is { } n && parser.Argument() is { } k ? new Call("binom", [n, k]) : null;
            case "sqrt":
                parser.Advance();
                return Root();
            case "begin":
                parser.Advance();
                return Matrix();
            case "sum" or "prod" or "int" or "lim":
                parser.Advance();
                return WithBounds(command);
            default:
                return null;
        }
    }

    private Call? Pair(string function)
    {
        parser.Advance();
        return parser.Sum() is { } first && parser.Take(",") && parser.Sum() is { } second && parser.Take(")") ? new Call(function, [first, second]) : null;
    }

    private Call? Root()
    {
        Expression? degree = null;
        if (parser.Take("[") && ((degree = parser.Sum()) is null || !parser.Take("]"))) return null;
        Expression? radicand = parser.Argument();
        return radicand is null ? null : degree is null ? new Call("sqrt", [radicand]) : new Call("root", [radicand, degree]);
    }

    private Expression? Matrix()
    {
        var entries = new List<Expression>();
        int columns = 0;
        int column = 0;
        while (entries.Count < MaxEntries)
        {
            if (parser.Next is { Kind: TokenKind.Command, Text: "end" } && column == 0 && columns > 0) break;
            if (parser.Sum() is not { } entry) return null;
            entries.Add(entry);
            column++;
            if (parser.Take("&")) continue;
            if (columns != 0 && column != columns) return null;
            (columns, column) = (column, 0);
            if (parser.Next is not { Kind: TokenKind.Command, Text: "row" }) break;
            parser.Advance();
        }

        if (parser.Next is not { Kind: TokenKind.Command, Text: "end" }) return null;
        parser.Advance();
        return new Matrix(columns, entries);
    }

    private Expression? WithBounds(string function)
    {
        var bounds = new List<Expression>();
        for (int i = 0; i < 2 && (parser.NextIs("_") || parser.NextIs("^")); i++)
        {
            string name = parser.NextIs("_") ? "from" : "to";
            parser.Advance();
            if (Bound() is not { } bound) return null;
            bounds.Add(new Call(name, [bound]));
        }

        if (parser.Term() is not { } body) return null;
        IReadOnlyList<Expression> parts = [.. bounds.OrderBy(bound => bound.Key, StringComparer.Ordinal), body];
        return function is "sum" or "prod" && Finite(function == "prod", parts) is { } series ? series : new Call(function, parts);
    }

    /// <summary>A series that can be worked out: an index that runs between two finite bounds over a body whose functions are known.</summary>
    private static Series? Finite(bool isProduct, IReadOnlyList<Expression> parts)
    {
        if (parts is not [Call { Function: "from", Arguments: [Call { Function: "=", Arguments: [var name, var first] }] }, Call { Function: "to", Arguments: [var last] }, var body]) return null;
        if (parts.Any(part => part is not Call && part.Any(inner => inner == Constant.Infinity || (inner is Call call && !Opaque.IsKnown(call))))) return null;
        if (first.Any(part => part == Constant.Infinity) || last.Any(part => part == Constant.Infinity)) return null;

        // As an index i is no imaginary unit.
        if (name == Constant.I) return new Series(isProduct, new Symbol("i"), first, last, body.Replace(part => part == Constant.I ? new Symbol("i") : null));
        return name is Symbol index ? new Series(isProduct, index, first, last, body) : null;
    }

    /// <summary>A bound may name the variable that runs: <c>k = 0</c>, <c>x \to 0</c>.</summary>
    private Expression? Bound()
    {
        if (!parser.Take("{")) return parser.Argument();
        Expression? first = parser.Sum();
        if (first is not null && parser.Next is { Kind: TokenKind.Relation, Text: "=" })
        {
            parser.Advance();
            first = parser.Sum() is { } value ? new Call("=", [first, value]) : null;
        }

        return first is not null && parser.Take("}") ? first : null;
    }
}
