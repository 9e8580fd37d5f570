namespace R1Pipeline.Rewards.Mathematics.Answers;

/// <summary>Sets put together.</summary>
/// <param name="Operator">∪, ∩ or ∖.</param>
/// <param name="Left">A set.</param>
/// <param name="Right">Another.</param>
internal sealed record SetOperationAnswer(string Operator, Answer Left, Answer Right) : Answer
{
    /// <inheritdoc/>
    public override string Canonical => $"{Left.Canonical}{Operator}{Right.Canonical}";
}
