namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>
/// <c>value.name</c> and <c>value[item]</c>: the first prefers attributes (methods) to items, the second items to attributes, and both give undefined
/// where there is neither. Methods that change a value are out of reach, as in the sandbox that renders chat templates elsewhere.
/// </summary>
internal static class Attributes
{
    private static readonly HashSet<string> Changing = ["append", "clear", "extend", "insert", "pop", "popitem", "remove", "reverse", "setdefault", "sort", "update"];

    private const int MaxShownCharacters = 100;

    public static object? OfName(object? value, string name, Budget budget)
    {
        if (value is Undefined undefined) throw undefined.Used();
        if (TryAttribute(value, name, budget, out object? attribute)) return attribute;
        return PythonSequence.TryItem(value, name, out object? item) ? item : Absent(value, name);
    }

    public static object? OfItem(object? value, object? item, Budget budget)
    {
        if (value is Undefined undefined) throw undefined.Used();
        if (PythonSequence.TryItem(value, item, out object? found)) return found;
        return item is string name && TryAttribute(value, name, budget, out object? attribute) ? attribute : Absent(value, Shown(item));
    }

    /// <summary>An attribute alone, never an item.</summary>
    public static object? Only(object? value, string name, Budget budget) => TryAttribute(value, name, budget, out object? attribute) ? attribute : Absent(value, name);

    private static bool TryAttribute(object? value, string name, Budget budget, out object? attribute)
    {
        attribute = null;
        if (value is List<object?> or JinjaDict && Changing.Contains(name) && (value is JinjaDict) == (name is "clear" or "pop" or "popitem" or "setdefault" or "update"))
        {
            attribute = new Undefined($"access to attribute '{name}' of '{PythonType.Of(value)}' object is unsafe");
            return true;
        }

        switch (value)
        {
            case LoopState loop:
                return LoopAttributes.TryFind(loop, name, budget, out attribute);
            case Namespace space:
                return space.Attributes.TryGetValue(name, out attribute);
        }

        attribute = value switch
        {
            string text => StringMethods.Find(text, name, budget),
            JinjaDict dict => CollectionMethods.Find(dict, name),
            List<object?> or object?[] => CollectionMethods.Find((IReadOnlyList<object?>)value, name, budget),
            _ => null,
        };
        return attribute is not null;
    }

    // Mostly nobody reads it.
    private static string Shown(object? item) => item switch
    {
        string text => PythonRepr.Repr(text.Length <= MaxShownCharacters ? text : text[..MaxShownCharacters]),
        null or bool or long or double => PythonRepr.Repr(item),
        _ => PythonType.Of(item),
    };

    private static Undefined Absent(object? value, string name) => new($"'{PythonType.Of(value)} object' has no attribute {name}");
}
