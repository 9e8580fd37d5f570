using R1Pipeline.Rewards.Mathematics.Answers;
using R1Pipeline.Rewards.Mathematics.Expressions;
using R1Pipeline.Rewards.Mathematics.Numbers;

namespace R1Pipeline.Rewards.Mathematics.Reading;

/// <summary>Reads one formula with what may stand around it: a lead ("about"), a currency sign, a percent sign, a unit, a scale ("million").</summary>
internal static class ValueReader
{
    private const int MaxUnitTokens = 12;
    private const int MaxLeadWords = 8;

    private static readonly HashSet<string> Leads = new(["is", "are", "be", "equals", "about", "approximately", "approx", "roughly", "exactly", "only", "usd", "rs"], StringComparer.OrdinalIgnoreCase);
    private static readonly HashSet<string> Denials = new(["not", "no", "never", "isn't", "or"], StringComparer.OrdinalIgnoreCase);

    public static ValueAnswer? Read(IReadOnlyList<Token> tokens, WorkBudget budget)
    {
        IReadOnlyList<Token> rest = Currency(Lead(tokens), out string? unit);
        bool percent = false;
        int scale = 0;
        if (Temperature(rest) is { } temperature) (unit, rest) = (temperature, [.. rest.Take(rest.Count - 1)]);
        int words = rest.Count == 0 ? -1 : FirstWord(rest);
        if (words > 0)
        {
            // 45 \frac{km}{h}
            if (words > 2 && rest[words - 1].Is("{") && rest[words - 2] is { Kind: TokenKind.Command, Text: "frac" }) words -= 2;
            Token[] tail = [.. rest.Skip(words)];
            if (Compound([.. rest.Take(words)], tail, budget) is { } compound) return compound;
            if (!IsUnit(tail) || !TakesUnit(rest[words - 1], tail[0])) return null;
            percent = MathWords.IsPercent(tail[0].Text);
            scale = MathWords.Scale(tail[0].Text);
            if (!percent && (scale == 0 || tail.Length > 1)) unit = Units.Of([.. tail.Skip(scale > 0 ? 1 : 0)]);
            rest = [.. rest.Take(words)];
        }

        if (rest.Count > 1 && rest[^1].Is("%"))
        {
            percent = true;
            rest = [.. rest.Take(rest.Count - 1)];
        }

        if (rest.Count > 1 && rest[^1].Is("°")) unit ??= "degree";
        if (rest.Count == 0 || ExpressionParser.Parse(rest, budget) is not { } value) return null;
        if (scale > 0) value = new Product([value, new Number(new Rational(System.Numerics.BigInteger.Pow(10, scale)))]);
        return new ValueAnswer(value, percent, unit);
    }

    /// <summary>Without words in front that only announce a value.</summary>
    private static IReadOnlyList<Token> Lead(IReadOnlyList<Token> tokens)
    {
        int words = 0;
        while (words < tokens.Count && tokens[words].Kind == TokenKind.Word) words++;
        bool leads = words > 0 && words < tokens.Count && words <= MaxLeadWords && Leads.Contains(tokens[words - 1].Text) && !tokens.Take(words).Any(token => Denials.Contains(token.Text));
        return leads ? [.. tokens.Skip(words)] : tokens;
    }

    /// <summary>Without a currency sign before or behind.</summary>
    private static IReadOnlyList<Token> Currency(IReadOnlyList<Token> tokens, out string? unit)
    {
        unit = null;
        if (tokens.Count < 2) return tokens;
        bool first = IsCurrency(tokens[0]);
        if (!first && !IsCurrency(tokens[^1])) return tokens;
        unit = (first ? tokens[0] : tokens[^1]).Text switch { "＄" => "dollar", "€" => "euro", "¥" => "yuan", "¢" => "cent", var sign => sign };
        return first ? [.. tokens.Skip(1)] : [.. tokens.Take(tokens.Count - 1)];
    }

    private static bool IsCurrency(Token token) => token.Kind is TokenKind.Sign && token.Text is "＄" or "€" or "£" or "¥" or "₹" or "¢";

    /// <summary>The scale that a letter behind a degree sign names: 25 °C; null where there is none.</summary>
    private static string? Temperature(IReadOnlyList<Token> tokens)
    {
        if (tokens.Count < 3 || !(tokens[^2].Is("°") || (tokens[^2].Is("}") && tokens[^3].Is("°")))) return null;
        return tokens[^1].Text switch { "C" => "celsius", "F" => "fahrenheit", _ => null };
    }

    /// <summary>"2 hours 30 minutes" is 2.5 hours; null where the tail does not go on with an amount of a smaller unit of the same kind.</summary>
    private static ValueAnswer? Compound(Token[] amount, Token[] tail, WorkBudget budget)
    {
        if (tail.Length < 3 || tail[0].Kind != TokenKind.Word || tail[1].Kind != TokenKind.Number || !tail[1].SpaceBefore && !IsHan(tail[0].Text) || tail[2].Kind != TokenKind.Word) return null;
        string name = Units.Name(tail[0].Text);
        if (UnitTable.Find(name) is not { } unit || ExpressionParser.Parse(amount, budget) is not { } value || Read([.. tail.Skip(1)], budget) is not { Unit: { } smaller, IsPercent: false } rest) return null;
        if (UnitTable.Find(smaller) is not { } part || part.Dimension != unit.Dimension) return null;
        Expression ratio = new Product([part.Factor, new Power(unit.Factor, Number.MinusOne)]);
        bool falls = new ExactEvaluator(SamplePoints.Empty, budget).Evaluate(ratio) is { } step && step.CompareTo(Rational.One) < 0;
        return falls ? new ValueAnswer(new Sum([value, new Product([rest.Value, ratio])]), Unit: name) : null;
    }

    /// <summary>In running Chinese text only a number or a bracket is followed by a measure word: x轴 is no amount of x.</summary>
    private static bool TakesUnit(Token before, Token unit) => !IsHan(unit.Text) || before.Kind == TokenKind.Number || before.Is(")") || before.Is("}");

    private static bool IsHan(string text) => text[0] is >= '\u3400' and <= '\u9FFF';

    private static int FirstWord(IReadOnlyList<Token> tokens)
    {
        for (int i = 1; i < tokens.Count; i++)
        {
            bool inside = tokens[i - 1].Text is "_" or "(" || (tokens[i - 1].Is("{") && !(i > 1 && tokens[i - 2] is { Kind: TokenKind.Command, Text: "frac" }));
            if (tokens[i].Kind == TokenKind.Word && !inside) return i;
        }

        return -1;
    }

    /// <summary>Words, powers and quotients of words: square units, cm^2, miles per hour, m/s.</summary>
    private static bool IsUnit(Token[] tail) =>
        tail.Length <= MaxUnitTokens
        && !tail.Any(token => Denials.Contains(token.Text))
        && !tail.Where((token, i) => token.Kind == TokenKind.Number && i > 0 && token.SpaceBefore && tail[i - 1].Kind == TokenKind.Word).Any()
        && tail.All(token => token.Kind is TokenKind.Word or TokenKind.Number or TokenKind.Name || token is { Kind: TokenKind.Command, Text: "frac" } || token.Text is "^" or "/" or "*" or "{" or "}" or "." or "-" or "(" or ")");
}
