namespace R1Pipeline.Data.Chat.Jinja;

internal enum TokenKind
{
    Data,
    VariableBegin,
    VariableEnd,
    BlockBegin,
    BlockEnd,
    Name,
    String,
    Number,
    Operator,
    End,
}

/// <summary>A piece of a template. <paramref name="Text"/> is the text, name, unescaped string or operator; <paramref name="Number"/> a long or a double.</summary>
internal sealed record Token(TokenKind Kind, string Text, int Line, object? Number = null)
{
    public bool Is(TokenKind kind, string text) => Kind == kind && Text == text;

    public override string ToString() => Kind switch
    {
        TokenKind.End => "the end of the template",
        TokenKind.Data => "text",
        TokenKind.VariableEnd => "}}",
        TokenKind.BlockEnd => "%}",
        _ => $"'{Text}'",
    };
}
