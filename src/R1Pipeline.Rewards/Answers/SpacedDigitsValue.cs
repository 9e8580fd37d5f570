namespace R1Pipeline.Rewards.Answers;

/// <summary>A number as the generated task writes it: single digits, one space between. Equal only to exactly the same text.</summary>
internal sealed record SpacedDigitsValue(string Text) : AnswerValue
{
    /// <inheritdoc/>
    public override string Canonical => Text;
}
