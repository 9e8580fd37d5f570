namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>The tokens of a template, read from left to right.</summary>
internal sealed class TokenStream(List<Token> tokens)
{
    private int _at;

    public Token Current => tokens[_at];

    public Token Following => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    public Token Next()
    {
        Token token = Current;
        if (token.Kind != TokenKind.End) _at++;
        return token;
    }

    public bool IsOperator(string text) => Current.Is(TokenKind.Operator, text);

    public bool IsName(string text) => Current.Is(TokenKind.Name, text);

    public bool SkipOperator(string text) => Skip(IsOperator(text));

    public bool SkipName(string text) => Skip(IsName(text));

    public void ExpectOperator(string text)
    {
        if (!SkipOperator(text)) throw Unexpected($"'{text}'");
    }

    public void ExpectName(string text)
    {
        if (!SkipName(text)) throw Unexpected($"'{text}'");
    }

    public string ExpectName() => Current.Kind == TokenKind.Name ? Next().Text : throw Unexpected("a name");

    public void Expect(TokenKind kind, string shown)
    {
        if (Current.Kind != kind) throw Unexpected(shown);
        Next();
    }

    public JinjaException Unexpected(string wanted) => new($"expected {wanted}, found {Current}", Current.Line);

    private bool Skip(bool found)
    {
        if (found) Next();
        return found;
    }
}
