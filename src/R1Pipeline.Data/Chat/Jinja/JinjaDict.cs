namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>A dictionary: keys in the order in which they came, compared as Python compares them. Never changed by a template.</summary>
internal sealed class JinjaDict
{
    // A .NET dictionary has no null key.
    private static readonly object NoneKey = new();

    private readonly OrderedDictionary<object, object?> _entries = new(new KeyComparer());

    public int Count => _entries.Count;

    public IEnumerable<object?> Keys => _entries.Keys.Select(key => key == NoneKey ? null : key);

    public IEnumerable<object?> Values => _entries.Values;

    public IEnumerable<object?> Items => _entries.Select(object? (entry) => new object?[] { entry.Key == NoneKey ? null : entry.Key, entry.Value });

    /// <summary>Sets a key; a repeated one keeps its place.</summary>
    public void Set(object? key, object? value)
    {
        if (key is List<object?> or JinjaDict or Namespace) throw new JinjaException($"unhashable type: '{PythonType.Of(key)}'");
        _entries[key ?? NoneKey] = value;
    }

    public bool TryGet(object? key, out object? value)
    {
        if (key is List<object?> or JinjaDict) throw new JinjaException($"unhashable type: '{PythonType.Of(key)}'");
        return _entries.TryGetValue(key ?? NoneKey, out value);
    }

    private sealed class KeyComparer : IEqualityComparer<object>
    {
        bool IEqualityComparer<object>.Equals(object? x, object? y) => ReferenceEquals(x, y) || (x != NoneKey && y != NoneKey && PythonOrder.AreEqual(x, y));

        int IEqualityComparer<object>.GetHashCode(object key) => key switch
        {
            bool flag => flag ? 1 : 0,
            long whole => whole.GetHashCode(),
            double number when number == Math.Floor(number) && Math.Abs(number) < 1e18 => ((long)number).GetHashCode(),
            object?[] tuple => tuple.Aggregate(tuple.Length, (hash, item) => (hash * 31) + (item is null ? 0 : ((IEqualityComparer<object>)this).GetHashCode(item))),
            Undefined => 7,
            _ => key.GetHashCode(),
        };
    }
}
