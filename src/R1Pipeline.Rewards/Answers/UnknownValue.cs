namespace R1Pipeline.Rewards.Answers;

/// <summary>Something that this grader cannot read: an expression with variables, a matrix, nothing at all. As a gold it decides nothing; as an answer it is never right.</summary>
internal sealed record UnknownValue(string Text) : AnswerValue
{
    /// <inheritdoc/>
    public override string Canonical => Text;

    /// <inheritdoc/>
    public override bool IsComparable => false;

    /// <inheritdoc/>
    public override bool Matches(AnswerValue gold) => false;
}
