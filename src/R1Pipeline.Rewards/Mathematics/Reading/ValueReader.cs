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
        IReadOnlyList<Token> rest = Currency(Lead(tokens));
        bool percent = false;
        string? unit = null;
        int scale = 0;
        int words = rest.Count == 0 ? -1 : FirstWord(rest);
        if (words > 0)
        {
            Token[] tail = [.. rest.Skip(words)];
            if (!IsUnit(tail)) return null;
            percent = MathWords.IsPercent(tail[0].Text);
            scale = MathWords.Scale(tail[0].Text);
            if (!percent && (scale == 0 || tail.Length > 1)) unit = string.Concat(tail.Skip(scale > 0 ? 1 : 0).Where(token => !token.Is("{") && !token.Is("}")).Select(token => Units.Name(token.Text)));
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

    /// <summary>Words with what stands between them.</summary>
    public static TextAnswer? Words(IReadOnlyList<Token> tokens)
    {
        string text = string.Concat(tokens.Select(token => token.Kind == TokenKind.Number ? token.Number!.Key : token.Text).SelectMany(piece => piece.Where(char.IsLetterOrDigit))).ToLowerInvariant();
        return text.Length > 0 && tokens.Any(token => token.Kind == TokenKind.Word) ? new TextAnswer(text) : null;
    }

    /// <summary>Without words in front that only announce a value.</summary>
    private static IReadOnlyList<Token> Lead(IReadOnlyList<Token> tokens)
    {
        int words = 0;
        while (words < tokens.Count && tokens[words].Kind == TokenKind.Word) words++;
        bool leads = words > 0 && words < tokens.Count && words <= MaxLeadWords && Leads.Contains(tokens[words - 1].Text) && !tokens.Take(words).Any(token => Denials.Contains(token.Text));
        return leads ? [.. tokens.Skip(words)] : tokens;
    }

    private static IReadOnlyList<Token> Currency(IReadOnlyList<Token> tokens)
    {
        if (tokens.Count > 1 && IsCurrency(tokens[0])) return [.. tokens.Skip(1)];
        return tokens.Count > 1 && IsCurrency(tokens[^1]) ? [.. tokens.Take(tokens.Count - 1)] : tokens;
    }

    private static bool IsCurrency(Token token) => token.Kind is TokenKind.Sign && token.Text is "€" or "£" or "¥" or "₹" or "¢";

    private static int FirstWord(IReadOnlyList<Token> tokens)
    {
        for (int i = 1; i < tokens.Count; i++)
        {
            if (tokens[i].Kind == TokenKind.Word && tokens[i - 1].Text is not ("_" or "{" or "(")) return i;
        }

        return -1;
    }

    /// <summary>Words, powers and quotients of words: square units, cm^2, miles per hour, m/s.</summary>
    private static bool IsUnit(Token[] tail) =>
        tail.Length <= MaxUnitTokens
        && !tail.Any(token => Denials.Contains(token.Text))
        && tail.All(token => token.Kind is TokenKind.Word or TokenKind.Number or TokenKind.Name || token.Text is "^" or "/" or "*" or "{" or "}" or "." or "-" or "(" or ")");
}
