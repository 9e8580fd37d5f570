using R1Pipeline.Rewards.Mathematics.Answers;

namespace R1Pipeline.Rewards.Mathematics.Reading;

/// <summary>Puts named values together that belong together: <c>p = 5, q = 2; p = 7, q = 2</c> is two pairs, <c>(x, y) = (5, 8) and (8, 5)</c> too.</summary>
internal static class NamedTuples
{
    public static Answer Group(IReadOnlyList<Answer> items)
    {
        string[] names = [.. items.OfType<LabelledAnswer>().Select(item => item.Label)];
        int distinct = names.Distinct().Count();
        bool repeats = names.Length == items.Count && distinct > 1 && names.Length > distinct && names.Length % distinct == 0
            && Enumerable.Range(0, names.Length).All(i => names[i] == names[i % distinct]);
        return new CollectionAnswer(IsSet: false, repeats ? [.. items.Chunk(distinct).Select(group => new SequenceAnswer("()", [.. group.Cast<LabelledAnswer>().Select(item => item.Value)]))] : items);
    }
}
