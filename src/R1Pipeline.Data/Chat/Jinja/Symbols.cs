namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>What a name of a scope holds when the scope is entered.</summary>
internal enum InitialValue
{
    /// <summary>Given by whoever enters the scope: a loop's item, a macro's argument.</summary>
    Parameter,

    /// <summary>The template variable of that name.</summary>
    Variable,

    /// <summary>The value of the same name in the scope around it.</summary>
    Outer,

    /// <summary>Nothing, even where a template variable has that name.</summary>
    Nothing,
}

/// <summary>
/// The names of one scope. Jinja decides before rendering to which scope a name belongs, so a name that is set later in a scope is that scope's already
/// before: looking names up dynamically would give other texts.
/// </summary>
internal sealed class Symbols(Symbols? parent)
{
    private readonly HashSet<string> _stores = [];

    /// <summary>The scope's names and what they hold at first.</summary>
    public Dictionary<string, InitialValue> Names { get; private init; } = [];

    public Symbols Inner() => new(this);

    public bool Knows(string name) => Names.ContainsKey(name) || parent?.Knows(name) == true;

    /// <summary>The name is read.</summary>
    public void Load(string name)
    {
        if (!Knows(name)) Names[name] = InitialValue.Variable;
    }

    /// <summary>The name is assigned.</summary>
    public void Store(string name)
    {
        _stores.Add(name);
        if (!Names.ContainsKey(name)) Names[name] = parent?.Knows(name) == true ? InitialValue.Outer : InitialValue.Nothing;
    }

    /// <summary>The name is given on entry.</summary>
    public void Declare(string name)
    {
        _stores.Add(name);
        Names[name] = InitialValue.Parameter;
    }

    /// <summary>The same scope, to be continued by one branch of a condition.</summary>
    public Symbols Branch()
    {
        var copy = new Symbols(parent) { Names = new Dictionary<string, InitialValue>(Names) };
        copy._stores.UnionWith(_stores);
        return copy;
    }

    /// <summary>Goes on after a condition: what only its branches assign may not have been assigned.</summary>
    public void Join(IReadOnlyList<Symbols> branches)
    {
        HashSet<string> conditional = [.. branches.SelectMany(branch => branch._stores)];
        conditional.ExceptWith(_stores);
        foreach (Symbols branch in branches)
        {
            foreach ((string name, InitialValue value) in branch.Names) Names[name] = value;
            _stores.UnionWith(branch._stores);
        }

        foreach (string name in conditional) Names[name] = parent?.Knows(name) == true ? InitialValue.Outer : InitialValue.Variable;
    }
}
