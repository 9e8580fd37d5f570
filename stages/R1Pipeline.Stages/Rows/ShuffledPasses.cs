using R1Pipeline.Contracts.Randomness;

namespace R1Pipeline.Stages.Rows;

/// <summary>
/// An endless sequence of draws in shuffled passes: every item once before any comes again, each pass in its own order.
/// A draw depends on nothing but (seed, stage, purpose, its number), so a resumed stage asks for the same items.
/// Refuses an empty list.
/// </summary>
internal sealed class ShuffledPasses<T>
{
    private readonly IReadOnlyList<T> _items;
    private readonly long _seed;
    private readonly string _stage;
    private readonly string _purpose;
    private readonly int[] _order;
    private long _pass = -1;

    /// <summary>Passes over <paramref name="items"/>.</summary>
    public ShuffledPasses(IReadOnlyList<T> items, long seed, string stage, string purpose)
    {
        ArgumentOutOfRangeException.ThrowIfZero(items.Count, nameof(items));
        (_items, _seed, _stage, _purpose) = (items, seed, stage, purpose);
        _order = new int[items.Count];
    }

    /// <summary>The items of draws <paramref name="start"/> to <paramref name="start"/> + <paramref name="count"/> - 1.</summary>
    public IReadOnlyList<T> Draw(long start, int count) => [.. Enumerable.Range(0, count).Select(i => At(start + i))];

    private T At(long draw)
    {
        Shuffle(draw / _items.Count);
        return _items[_order[draw % _items.Count]];
    }

    private void Shuffle(long pass)
    {
        if (pass == _pass) return;
        for (int i = 0; i < _order.Length; i++) _order[i] = i;
        new RandomStream(_seed, _stage, pass, _purpose).Shuffle<int>(_order);
        _pass = pass;
    }
}
