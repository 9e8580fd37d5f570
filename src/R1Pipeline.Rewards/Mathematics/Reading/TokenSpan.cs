namespace R1Pipeline.Rewards.Mathematics.Reading;

/// <summary>Cuts a list of tokens at those that stand outside all brackets.</summary>
internal static class TokenSpan
{
    /// <summary>Without separators and full stops at the ends.</summary>
    public static IReadOnlyList<Token> Trim(IReadOnlyList<Token> tokens)
    {
        int start = 0;
        int end = tokens.Count;
        while (end > start && (tokens[end - 1].Is(".") || tokens[end - 1].Is(",") || tokens[end - 1].Is(";") || (tokens[end - 1] is { Kind: TokenKind.Command, Text: "row" }))) end--;
        while (start < end && (tokens[start].Is(":") || tokens[start].Is(","))) start++;
        return Slice(tokens, start, end);
    }

    /// <summary>What stands between two brackets that enclose the whole; null where they do not.</summary>
    public static IReadOnlyList<Token>? Inside(IReadOnlyList<Token> tokens, string open, string close)
    {
        if (tokens.Count < 2 || !tokens[0].Is(open) || !tokens[^1].Is(close)) return null;
        int depth = 0;
        for (int i = 0; i < tokens.Count - 1; i++)
        {
            depth += Step(tokens[i]);
            if (depth == 0) return null;
        }

        return Slice(tokens, 1, tokens.Count - 1);
    }

    public static int IndexAtTop(IReadOnlyList<Token> tokens, Func<Token, bool> wanted)
    {
        int depth = 0;
        for (int i = 0; i < tokens.Count; i++)
        {
            depth += Step(tokens[i]);
            if (depth == 0 && wanted(tokens[i])) return i;
        }

        return -1;
    }

    public static int LastIndexAtTop(IReadOnlyList<Token> tokens, Func<Token, bool> wanted)
    {
        int found = -1;
        int depth = 0;
        for (int i = 0; i < tokens.Count; i++)
        {
            depth += Step(tokens[i]);
            if (depth == 0 && wanted(tokens[i])) found = i;
        }

        return found;
    }

    public static IReadOnlyList<IReadOnlyList<Token>> Split(IReadOnlyList<Token> tokens, Func<Token, bool> separator)
    {
        var parts = new List<IReadOnlyList<Token>>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < tokens.Count; i++)
        {
            depth += Step(tokens[i]);
            if (depth != 0 || !separator(tokens[i])) continue;
            parts.Add(Slice(tokens, start, i));
            start = i + 1;
        }

        parts.Add(Slice(tokens, start, tokens.Count));
        return parts;
    }

    private static int Step(Token token) => token.Kind switch
    {
        TokenKind.Sign => token.Text switch { "(" or "[" or "{" or @"\{" or "⌊" or "⌈" => 1, ")" or "]" or "}" or @"\}" or "⌋" or "⌉" => -1, _ => 0 },
        TokenKind.Command => token.Text switch { "begin" => 1, "end" => -1, _ => 0 },
        _ => 0,
    };

    private static IReadOnlyList<Token> Slice(IReadOnlyList<Token> tokens, int start, int end) => start == 0 && end == tokens.Count ? tokens : [.. tokens.Skip(start).Take(end - start)];
}
