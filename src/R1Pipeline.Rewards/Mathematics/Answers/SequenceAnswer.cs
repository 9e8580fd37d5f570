namespace R1Pipeline.Rewards.Mathematics.Answers;

/// <summary>A tuple or an interval: two or more parts between brackets, whose order counts.</summary>
/// <param name="Brackets">The two brackets.</param>
/// <param name="Items">The parts.</param>
internal sealed record SequenceAnswer(string Brackets, IReadOnlyList<Answer> Items) : Answer
{
    /// <inheritdoc/>
    public override string Canonical => $"{Brackets[0]}{string.Join(";", Items.Select(item => item.Canonical))}{Brackets[1]}";
}
