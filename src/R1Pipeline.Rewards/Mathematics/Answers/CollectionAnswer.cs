namespace R1Pipeline.Rewards.Mathematics.Answers;

/// <summary>Answers side by side whose order does not count.</summary>
/// <param name="IsSet">In braces, so that repetition does not count either.</param>
/// <param name="Items">The answers.</param>
internal sealed record CollectionAnswer(bool IsSet, IReadOnlyList<Answer> Items) : Answer
{
    /// <inheritdoc/>
    public override string Canonical
    {
        get
        {
            IEnumerable<string> items = Items.Select(item => item.Canonical);
            return $"{{{string.Join(";", (IsSet ? items.Distinct() : items).Order(StringComparer.Ordinal))}}}";
        }
    }
}
