namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>A dictionary: keys in the order in which they came, compared as Python compares them. Never changed by a template.</summary>
internal sealed class JinjaDict
{
    /// <summary>Of a tuple that is a key.</summary>
    private const int MaxKeyItems = 64;

    // A .NET dictionary has no null key.
    private static readonly object NoneKey = new();
    private static readonly KeyComparer SameKey = new();

    private readonly OrderedDictionary<object, object?> _entries = new(SameKey);

    public int Count => _entries.Count;

    public IEnumerable<object?> Keys => _entries.Keys.Select(key => key == NoneKey ? null : key);

    public IEnumerable<object?> Values => _entries.Values;

    public IEnumerable<object?> Items => _entries.Select(object? (entry) => new object?[] { entry.Key == NoneKey ? null : entry.Key, entry.Value });

    /// <summary>Sets a key; a repeated one keeps its place.</summary>
    public void Set(object? key, object? value)
    {
        RequireKey(key);
        _entries[key ?? NoneKey] = value;
    }

    public bool TryGet(object? key, out object? value)
    {
        RequireKey(key);
        return _entries.TryGetValue(key ?? NoneKey, out value);
    }

    // What lies in tuples inside of tuples would be hashed and compared again and again.
    private static void RequireKey(object? key)
    {
        foreach (object? part in key as object?[] ?? [key])
        {
            if (part is List<object?> or JinjaDict or Namespace) throw new JinjaException($"unhashable type: '{PythonType.Of(part)}'");
            if (part is object?[] || key is object?[] { Length: > MaxKeyItems }) throw new JinjaException($"a key that is a tuple of tuples, or of more than {MaxKeyItems} items, is not supported");
        }
    }

    private sealed class KeyComparer : IEqualityComparer<object>
    {
        // Keys are small, and every lookup comes here: a text needs no budget of its own.
        bool IEqualityComparer<object>.Equals(object? x, object? y) =>
            x is string text && y is string other ? text == other : ReferenceEquals(x, y) || (x != NoneKey && y != NoneKey && PythonOrder.AreEqual(x, y, new Budget()));

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
