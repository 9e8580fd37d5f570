namespace R1Pipeline.Data.Chat.Jinja;

// How Python's values are held: None null, bool bool, int long (BigInteger only when read from JSON), float double, str string,
// list List<object?>, tuple object?[], dict JinjaDict; the rest are the classes below.

/// <summary><c>namespace(…)</c>: the one value whose attributes a template can set.</summary>
internal sealed class Namespace
{
    public Dictionary<string, object?> Attributes { get; } = new(StringComparer.Ordinal);
}

/// <summary>A function that a template can call.</summary>
internal sealed record JinjaFunction(string Name, Func<CallArguments, object?> Invoke)
{
    /// <summary>The text whose method it is; null: it is none of a text.</summary>
    public string? Text { get; init; }

    /// <summary>What it looks like when it is printed; null: that would show where it lies in memory.</summary>
    public string? Shown { get; init; }
}

/// <summary>What can be iterated many times but not indexed: <c>dict.items()</c>.</summary>
internal sealed record DictView(string Kind, Func<IEnumerable<object?>> Items, int Count);

/// <summary>What can be iterated once: the result of <c>map</c>, <c>select</c> and their like.</summary>
internal sealed record JinjaIterator(string Kind, IEnumerator<object?> Items)
{
    public IEnumerable<object?> Rest()
    {
        while (Items.MoveNext()) yield return Items.Current;
    }
}

/// <summary><c>range(…)</c>.</summary>
internal sealed record JinjaRange(long Start, long Stop, long Step, int Count)
{
    public long At(int index) => Start + (index * Step);

    public IEnumerable<object?> Items() => Enumerable.Range(0, Count).Select(object? (index) => At(index));
}
