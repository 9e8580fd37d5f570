namespace R1Pipeline.Rewards.Mathematics.Reading;

/// <summary>What can stand left of an equals sign as a mere name: a variable, f(x), P(A), a tuple of variables, |AB|, ∠ABC, words; not a term such as 2x or x + y.</summary>
internal static class Labels
{
    public static bool IsLabel(IReadOnlyList<Token> tokens)
    {
        if (tokens.Count == 0 || HasTerms(tokens)) return false;
        Token first = tokens[0];
        if (tokens.All(token => token.Kind == TokenKind.Word)) return true;
        if (first.Is("(") || first.Is("|") || first.Is("[") || first.Text is "∠" or "△" || tokens.Any(token => token.Is(":"))) return true;
        int names = TopNames(tokens);
        if (names == 1) return !(tokens.Count == 1 && first.Text is "e" or "i" or "π" or "∞");
        return tokens.Where(token => token.Kind is TokenKind.Name).Take(names).All(token => token.Text.Length == 1 && char.IsUpper(token.Text[0])) || first.Kind == TokenKind.Word || tokens.Any(token => token.Text == "∠");
    }

    /// <summary>One text for all ways to write the name.</summary>
    public static string Text(IReadOnlyList<Token> tokens) => string.Concat(tokens.Where(token => !token.Is("{") && !token.Is("}")).Select(token => token.Text));

    /// <summary>Numbers, operators and functions outside indices and arguments.</summary>
    private static bool HasTerms(IReadOnlyList<Token> tokens)
    {
        bool tuple = tokens[0].Is("(");
        return TokenSpan.IndexAtTop(tokens, token => token.Kind is TokenKind.Function or TokenKind.Command || token.Text is "+" or "-" or "*" or "/" or "^" or "!" or "±") >= 0
            || Enumerable.Range(0, tokens.Count).Any(i => tokens[i].Kind == TokenKind.Number && (i == 0 || (tuple && !tokens[i - 1].Is("_") && !tokens[i - 1].Is("{"))))
            || (tuple && tokens.Any(token => token.Text is "+" or "-" or "*" or "^" or "/"));
    }

    private static int TopNames(IReadOnlyList<Token> tokens)
    {
        int count = 0;
        int depth = 0;
        for (int i = 0; i < tokens.Count; i++)
        {
            depth += tokens[i].Text is "(" or "{" ? 1 : tokens[i].Text is ")" or "}" ? -1 : 0;
            if (depth == 0 && tokens[i].Kind == TokenKind.Name && (i == 0 || !tokens[i - 1].Is("_"))) count++;
        }

        return count;
    }
}
