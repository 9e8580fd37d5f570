using R1Pipeline.Rewards.Mathematics.Expressions;

namespace R1Pipeline.Rewards.Mathematics.Reading;

/// <summary>A token of an answer.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its canonical text: the same for all ways to write it.</param>
/// <param name="SpaceBefore">Whether white space stands before it.</param>
/// <param name="Number">The value of a number.</param>
internal sealed record Token(TokenKind Kind, string Text, bool SpaceBefore, Number? Number = null)
{
    public bool Is(string sign) => Kind == TokenKind.Sign && Text == sign;
}
