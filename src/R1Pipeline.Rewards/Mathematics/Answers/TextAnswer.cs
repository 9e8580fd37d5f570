namespace R1Pipeline.Rewards.Mathematics.Answers;

/// <summary>Words.</summary>
/// <param name="Text">Letters and digits in lower case, nothing between them.</param>
internal sealed record TextAnswer(string Text) : Answer
{
    /// <inheritdoc/>
    public override string Canonical => Text;
}
