namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>Methods of dicts, lists and tuples that change nothing.</summary>
internal static class CollectionMethods
{
    /// <summary>The method; null: a dict has none of that name.</summary>
    public static JinjaFunction? Find(JinjaDict dict, string name) => name switch
    {
        "get" => new JinjaFunction(name, arguments =>
        {
            object?[] bound = arguments.Bind("get", 1, "key", "default");
            return dict.TryGet(bound[0], out object? value) ? value : bound[1] == CallArguments.Missing ? null : bound[1];
        }),
        "items" => View(name, () => dict.Items, dict.Count),
        "keys" => View(name, () => dict.Keys, dict.Count),
        "values" => View(name, () => dict.Values, dict.Count),
        "copy" => new JinjaFunction(name, _ => dict),
        "fromkeys" => throw new JinjaException("the method dict.fromkeys is not supported"),
        _ => null,
    };

    /// <summary>The method; null: a list or tuple has none of that name.</summary>
    public static JinjaFunction? Find(IReadOnlyList<object?> list, string name, Budget budget) => name switch
    {
        "index" => new JinjaFunction(name, arguments =>
        {
            object? wanted = arguments.Bind("index", 1, "value")[0];
            for (int i = 0; i < list.Count; i++)
            {
                if (PythonOrder.AreEqual(list[i], wanted, budget)) return (long)i;
            }

            throw new JinjaException($"{PythonRepr.Repr(wanted)} is not in list");
        }),
        "count" => new JinjaFunction(name, arguments =>
        {
            object? wanted = arguments.Bind("count", 1, "value")[0];
            return (long)list.Count(item => PythonOrder.AreEqual(item, wanted, budget));
        }),
        "copy" when list is List<object?> => new JinjaFunction(name, _ => list),
        _ => null,
    };

    private static JinjaFunction View(string name, Func<IEnumerable<object?>> items, int count) => new(name, arguments =>
    {
        arguments.Bind(name, 0);
        return new DictView("dict_" + name, items, count);
    });
}
