using R1Pipeline.Rewards.Mathematics.Answers;

namespace R1Pipeline.Rewards.Mathematics.Reading;

/// <summary>Reads a text as one answer: lists, then relations, sets, ratios and brackets, then formulas with units, then words. Null where it is none.</summary>
internal sealed class AnswerReader(WorkBudget budget)
{
    private const int MaxDepth = 8;
    private const int MaxItems = 200;

    private readonly EqualityReader _equalities = new(budget);

    private int _depth;

    public Answer? Read(string text)
    {
        string bare = AnswerTrim.Trim(text);
        if (bare.Length == 0) return null;
        if (TimeReader.Read(bare) is { } time) return time;
        if (BasedNumberReader.Read(bare) is { } based) return based;
        if (ChineseNumberReader.Read(bare) is { } numeral) return new ValueAnswer(numeral);
        return MathLexer.Read(bare) is { Count: > 0 } tokens ? Tokens(TokenSpan.Trim(tokens)) : null;
    }

    /// <summary>An answer or a list of answers.</summary>
    public Answer? Tokens(IReadOnlyList<Token> tokens)
    {
        if (tokens.Count == 0 || ++_depth > MaxDepth || !budget.Spend(tokens.Count)) return null;
        Answer? answer = Listed(tokens);
        _depth--;
        return answer;
    }

    private Answer? Listed(IReadOnlyList<Token> tokens)
    {
        if (TokenSpan.Inside(tokens, "{", "}") is { } group) return Tokens(TokenSpan.Trim(group));
        if (Rows(tokens) is { } rows) return rows.Contains(null) ? null : NamedTuples.Group([.. rows.Select(row => row!)]);
        IReadOnlyList<IReadOnlyList<Token>> parts = Domain(tokens) ?? TokenSpan.Split(tokens, token => token.Is(",") || token.Is(";") || (token.Kind == TokenKind.Word && MathWords.IsConjunction(token.Text)));
        if (parts.Count == 1) return Item(tokens);
        if (parts.Count > MaxItems || parts.All(part => part.Count == 0)) return null;
        var items = new List<Answer>();
        foreach (IReadOnlyList<Token> part in parts)
        {
            // "19, 46, and 82": nothing stands between the comma and the word.
            if (part.Count == 0) continue;
            if (Item(part) is not { } item) return null;
            items.Add(item);
        }

        return items.Count == 1 ? items[0] : NamedTuples.Group(items);
    }

    /// <summary>What stands before and in a closing bracket that says what a letter is, <c>kπ (k ∈ ℤ)</c>; null where there is none.</summary>
    private static IReadOnlyList<IReadOnlyList<Token>>? Domain(IReadOnlyList<Token> tokens)
    {
        if (tokens.Count < 6 || !tokens[^1].Is(")") || tokens[^3].Text != "∈" || tokens[^4].Kind != TokenKind.Name || !tokens[^5].Is("(")) return null;
        return [[.. tokens.Take(tokens.Count - 5)], [.. tokens.Skip(tokens.Count - 4).Take(3)]];
    }

    /// <summary>
    /// The lines of a system (<c>x = 1 \\ y = 2</c>) as answers, and those of a function in pieces (<c>x^2 &amp; x &gt; 0</c>) as pairs of value and condition;
    /// null where the tokens are no environment of relations.
    /// </summary>
    private Answer?[]? Rows(IReadOnlyList<Token> tokens)
    {
        if (tokens.Count > 2 && tokens[0].Is(@"\{") && tokens[1] is { Kind: TokenKind.Command, Text: "begin" }) tokens = [.. tokens.Skip(1)];
        if (tokens.Count < 3 || tokens[0] is not { Kind: TokenKind.Command, Text: "begin" } || tokens[^1] is not { Kind: TokenKind.Command, Text: "end" }) return null;
        IReadOnlyList<Token> inside = [.. tokens.Skip(1).Take(tokens.Count - 2)];
        if (TokenSpan.IndexAtTop(inside, token => token.Kind == TokenKind.Relation) < 0) return null;
        IReadOnlyList<Token>[] lines = [.. TokenSpan.Split(inside, token => token is { Kind: TokenKind.Command, Text: "row" }).Where(line => line.Count > 0)];
        return lines.Length > MaxItems ? null : [.. lines.Select(Row)];
    }

    private Answer? Row(IReadOnlyList<Token> line)
    {
        IReadOnlyList<IReadOnlyList<Token>> cells = TokenSpan.Split(line, token => token.Is("&"));
        if (cells.Count == 1) return Item(TokenSpan.Trim(line));
        if (cells.Count != 2) return null;
        IReadOnlyList<Token> condition = [.. TokenSpan.Trim(cells[1]).SkipWhile(token => token.Kind == TokenKind.Word)];
        return Item(TokenSpan.Trim(cells[0])) is { } value && condition.Count > 0 && Item(condition) is { } holds ? new SequenceAnswer("()", [value, holds]) : null;
    }

    /// <summary>One answer.</summary>
    public Answer? Item(IReadOnlyList<Token> tokens)
    {
        if (++_depth > 2 * MaxDepth) return null;
        Answer? answer = TokenSpan.IndexAtTop(tokens, token => token.Kind == TokenKind.Relation) >= 0
            ? _equalities.Read(tokens, this)
            : SetOperation(tokens) ?? Bracketed(tokens) ?? Ratio(tokens) ?? ValueReader.Read(tokens, budget) ?? WordAnswers.Read(tokens);
        _depth--;
        return answer;
    }

    private SetOperationAnswer? SetOperation(IReadOnlyList<Token> tokens)
    {
        // From the right: a ∪ b ∖ c is (a ∪ b) ∖ c.
        int at = TokenSpan.LastIndexAtTop(tokens, token => token.Is("∪") || token.Is("∩") || token.Is("∖"));
        if (at <= 0) return null;
        return Item([.. tokens.Take(at)]) is { } left && Item([.. tokens.Skip(at + 1)]) is { } right ? new SetOperationAnswer(tokens[at].Text, left, right) : null;
    }

    private Answer? Bracketed(IReadOnlyList<Token> tokens)
    {
        if (TokenSpan.Inside(tokens, @"\{", @"\}") is { } set) return Set(set);
        foreach (string open in new[] { "(", "[" })
        {
            foreach (string close in new[] { ")", "]" })
            {
                if (TokenSpan.Inside(tokens, open, close) is not { } inside) continue;
                IReadOnlyList<IReadOnlyList<Token>> parts = TokenSpan.Split(inside, token => token.Is(",") || token.Is(";"));
                if (parts.Count < 2) return open == "(" && close == ")" && TokenSpan.IndexAtTop(inside, token => token.Kind is TokenKind.Relation || token.Is("∪")) >= 0 ? Tokens(inside) : null;
                var items = parts.Select(part => part.Count == 0 ? null : Item(part)).ToArray();
                return items.Contains(null) ? null : new SequenceAnswer(open + close, [.. items.Select(item => item!)]);
            }
        }

        return null;
    }

    /// <summary>A set in braces; with a bar in it, what stands behind the bar describes it.</summary>
    private Answer? Set(IReadOnlyList<Token> inside)
    {
        if (inside.Count == 0) return new CollectionAnswer(IsSet: true, []);
        int bar = TokenSpan.IndexAtTop(inside, token => token.Is("|") || token.Is(":"));
        if (bar > 0 && bar < inside.Count - 1 && TokenSpan.IndexAtTop([.. inside.Skip(bar + 1)], token => token.Kind == TokenKind.Relation) >= 0) return Tokens([.. inside.Skip(bar + 1)]);
        return Tokens(inside) switch
        {
            null => null,
            CollectionAnswer list => list with { IsSet = true },
            var single => new CollectionAnswer(IsSet: true, [single]),
        };
    }

    private RatioAnswer? Ratio(IReadOnlyList<Token> tokens)
    {
        IReadOnlyList<IReadOnlyList<Token>> parts = TokenSpan.Split(tokens, token => token.Is(":"));
        if (parts.Count < 2) return null;
        var formulas = parts.Select(part => part.Count == 0 ? null : ExpressionParser.Parse(part, budget)).ToArray();
        return formulas.Contains(null) ? null : new RatioAnswer([.. formulas.Select(formula => formula!)]);
    }
}
