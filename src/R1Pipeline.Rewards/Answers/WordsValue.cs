namespace R1Pipeline.Rewards.Answers;

/// <summary>A choice letter or a few words, in lower case.</summary>
internal sealed record WordsValue(string Text) : AnswerValue
{
    /// <inheritdoc/>
    public override string Canonical => Text;
}
