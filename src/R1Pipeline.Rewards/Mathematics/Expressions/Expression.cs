using System.Text;

namespace R1Pipeline.Rewards.Mathematics.Expressions;

/// <summary>A formula as a tree. Immutable; <see cref="Key"/> is the same for trees that differ only in the order of terms and factors.</summary>
internal abstract record Expression
{
    private string? _key;

    /// <summary>Canonical text: terms and factors sorted.</summary>
    public string Key => _key ??= BuildKey();

    /// <summary>The direct parts.</summary>
    public abstract IReadOnlyList<Expression> Parts { get; }

    /// <summary>The same node over other parts.</summary>
    public abstract Expression With(IReadOnlyList<Expression> parts);

    protected abstract string BuildKey();

    /// <summary>Whether this node or one below it is such a node.</summary>
    public bool Any(Func<Expression, bool> condition) => condition(this) || Parts.Any(part => part.Any(condition));

    /// <summary>Every node that meets the condition is replaced, from the leaves up.</summary>
    public Expression Replace(Func<Expression, Expression?> replacement)
    {
        Expression self = Parts.Count == 0 ? this : With([.. Parts.Select(part => part.Replace(replacement))]);
        return replacement(self) ?? self;
    }

    /// <summary>Adds the names of all variables.</summary>
    public void CollectSymbols(ISet<string> symbols)
    {
        if (this is Symbol symbol) symbols.Add(symbol.Name);
        foreach (Expression part in Parts) part.CollectSymbols(symbols);
    }

    public sealed override string ToString() => Key;

    protected static string Sorted(string name, IEnumerable<Expression> parts) => Listed(name, parts.OrderBy(part => part.Key, StringComparer.Ordinal));

    protected static string Listed(string name, IEnumerable<Expression> parts)
    {
        var text = new StringBuilder(name).Append('(');
        string separator = "";
        foreach (Expression part in parts)
        {
            text.Append(separator).Append(part.Key);
            separator = ",";
        }

        return text.Append(')').ToString();
    }
}
