namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>
/// The variable <c>loop</c>. Items are taken one ahead at most, and only when a template asks for what comes next: a loop's filter may depend on what
/// the loop's body sets.
/// </summary>
internal sealed class LoopState
{
    private readonly object? _source;
    private IEnumerator<object?> _items;
    private int? _length;
    private object? _ahead;
    private bool _hasAhead;
    private object?[]? _changed;

    public LoopState(object? source, IEnumerable<object?> items, int depth)
    {
        _source = source;
        _items = items.GetEnumerator();
        Depth = depth;
    }

    public int Index { get; private set; } = -1;

    public int Depth { get; }

    /// <summary>Renders the loop again over other items; null: it is not recursive.</summary>
    public Func<object?, string>? Recurse { get; init; }

    public object? Current { get; private set; }

    public object? Previous { get; private set; }

    public bool HasPrevious => Index > 0;

    public int Length
    {
        get
        {
            if (_length is null && PythonSequence.TryLength(_source) is { } length) _length = length;
            if (_length is null)
            {
                var rest = new List<object?>();
                while (_items.MoveNext()) rest.Add(_items.Current);
                _length = rest.Count + Index + 1 + (_hasAhead ? 1 : 0);
                _items = rest.GetEnumerator();
            }

            return _length.Value;
        }
    }

    public bool MoveNext()
    {
        if (!Peek(out object? next)) return false;
        _hasAhead = false;
        Previous = Current;
        Current = next;
        Index++;
        return true;
    }

    /// <summary>What comes next, which stays to come.</summary>
    public bool Peek(out object? next)
    {
        if (!_hasAhead && _items.MoveNext()) (_ahead, _hasAhead) = (_items.Current, true);
        next = _hasAhead ? _ahead : null;
        return _hasAhead;
    }

    public IEnumerable<object?> Rest()
    {
        while (MoveNext()) yield return Current;
    }

    /// <summary>Whether the values differ from those of the last call.</summary>
    public bool Changed(object?[] values, Budget budget)
    {
        bool changed = _changed is null || !PythonOrder.AreEqual(_changed, values, budget);
        _changed = values;
        return changed;
    }
}
