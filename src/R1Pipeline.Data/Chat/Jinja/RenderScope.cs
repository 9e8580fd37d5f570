namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>The values of one scope while it is rendered.</summary>
internal sealed class RenderScope
{
    // Stands where a name of the scope has no value yet.
    private static readonly object Nothing = new();

    private readonly Symbols _symbols;
    private readonly RenderScope? _outer;
    private readonly IReadOnlyDictionary<string, object?> _variables;
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);

    public RenderScope(Symbols symbols, RenderScope? outer, IReadOnlyDictionary<string, object?> variables)
    {
        (_symbols, _outer, _variables) = (symbols, outer, variables);
        foreach ((string name, InitialValue initial) in symbols.Names)
        {
            _values[name] = initial switch
            {
                InitialValue.Outer => outer!.Raw(name),
                InitialValue.Variable => variables.TryGetValue(name, out object? value) ? value : Nothing,
                _ => Nothing,
            };
        }
    }

    public RenderScope Inner(Symbols symbols) => new(symbols, this, _variables);

    public object? Get(string name)
    {
        object? value = Raw(name);
        return value == Nothing ? new Undefined($"'{name}' is undefined") : value;
    }

    public void Set(string name, object? value) => _values[name] = value;

    private object? Raw(string name)
    {
        for (RenderScope? scope = this; scope is not null; scope = scope._outer)
        {
            if (scope._symbols.Names.ContainsKey(name)) return scope._values[name];
        }

        return Nothing;
    }
}
