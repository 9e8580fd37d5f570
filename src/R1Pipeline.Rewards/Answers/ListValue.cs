namespace R1Pipeline.Rewards.Answers;

/// <summary>A tuple or interval (brackets and order count), a set (neither order nor repetition), or a bare list (order does not count).</summary>
/// <param name="Brackets">The two brackets; <c>{}</c> for a set, empty for a bare list.</param>
/// <param name="Parts">At least two parts, or a set's.</param>
internal sealed record ListValue(string Brackets, IReadOnlyList<AnswerValue> Parts) : AnswerValue
{
    /// <inheritdoc/>
    public override string Canonical
    {
        get
        {
            IEnumerable<string> parts = Parts.Select(part => part.Canonical);
            if (Brackets is "{}") parts = parts.Distinct();
            if (Brackets is "{}" or "") parts = parts.Order(StringComparer.Ordinal);
            return $"{Brackets}:{string.Join(";", parts)}";
        }
    }

    /// <inheritdoc/>
    public override bool IsComparable => Parts.All(part => part.IsComparable);

    /// <inheritdoc/>
    public override bool Matches(AnswerValue gold)
    {
        if (gold is not ListValue other || other.Brackets != Brackets) return false;
        if (Brackets is "{}" or "") return Canonical == other.Canonical;
        return Parts.Count == other.Parts.Count && Parts.Zip(other.Parts).All(pair => pair.First.Matches(pair.Second));
    }
}
