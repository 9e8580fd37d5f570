namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>Filters over sequences and mappings. <c>map</c>, <c>select</c> and their like are computed item by item, when they are asked for.</summary>
internal sealed class SequenceFilters(Filters filters, Budget budget)
{
    // Itself, its key, and the places and the order that sorting keeps.
    private const int SortedItem = 6;

    public void AddTo(Dictionary<string, Func<object?, CallArguments, object?>> table)
    {
        table["length"] = table["count"] = (value, _) => (long)(PythonSequence.TryLength(value) ?? throw new JinjaException($"object of type '{PythonType.Of(value)}' has no len()"));
        table["list"] = (value, _) => budget.Counted(PythonSequence.Items(value)).ToList();
        table["first"] = (value, _) => First(PythonSequence.Items(value), "No first item, sequence was empty.");
        table["last"] = (value, _) => value is JinjaIterator ? throw new JinjaException("'generator' object is not reversible") : Last(PythonSequence.Items(value));
        table["reverse"] = (value, _) => value is string text ? PythonText.Reversed(text) : Iterator(budget.Counted(PythonSequence.Items(value)).Reverse());
        table["join"] = Join;
        table["items"] = (value, _) => value switch
        {
            Undefined => Iterator([]),
            JinjaDict dict => Iterator(dict.Items),
            _ => throw new JinjaException("Can only get item pairs from a mapping."),
        };
        table["dictsort"] = DictSort;
        table["sort"] = Sort;
        table["unique"] = Unique;
        table["min"] = (value, arguments) => Extreme(value, arguments, "min", -1);
        table["max"] = (value, arguments) => Extreme(value, arguments, "max", 1);
        table["sum"] = Sum;
        table["batch"] = Batch;
        table["map"] = (value, arguments) => PythonOrder.IsTrue(value) ? Iterator(Map(value, arguments)) : Iterator([]);
        table["select"] = (value, arguments) => Iterator(Select(value, arguments, wanted: true, byAttribute: false));
        table["reject"] = (value, arguments) => Iterator(Select(value, arguments, wanted: false, byAttribute: false));
        table["selectattr"] = (value, arguments) => Iterator(Select(value, arguments, wanted: true, byAttribute: true));
        table["rejectattr"] = (value, arguments) => Iterator(Select(value, arguments, wanted: false, byAttribute: true));
    }

    private static JinjaIterator Iterator(IEnumerable<object?> items) => new("generator", items.GetEnumerator());

    private static object? First(IEnumerable<object?> items, string otherwise)
    {
        foreach (object? item in items) return item;
        return new Undefined(otherwise);
    }

    private object? Last(IEnumerable<object?> items) => items is IReadOnlyList<object?> { Count: > 0 } list ? list[^1] : First(budget.Counted(items).Reverse(), "No last item, sequence was empty.");

    private object? Join(object? value, CallArguments arguments)
    {
        object?[] bound = arguments.Bind("join", 0, "d", "attribute");
        IEnumerable<object?> items = PythonSequence.Items(value);
        if (Given(bound[1]) is { } attribute) items = items.Select(item => Path(item, attribute));
        string separator = bound[0] == CallArguments.Missing ? "" : PythonRepr.Str(bound[0]);
        return PythonText.Join(separator, budget.Counted(items).Select(PythonRepr.Str));
    }

    private object? DictSort(object? value, CallArguments arguments)
    {
        object?[] bound = arguments.Bind("dictsort", 0, "case_sensitive", "by", "reverse");
        string by = bound[1] == CallArguments.Missing ? "key" : PythonRepr.Str(bound[1]);
        if (by is not ("key" or "value")) throw new JinjaException("You can only sort by either \"key\" or \"value\"");
        if (value is not JinjaDict dict) throw value is Undefined undefined ? undefined.Used() : new JinjaException($"dictsort: '{PythonType.Of(value)}' is no mapping");
        return Sorted(dict.Items, item => Folded(((object?[])item!)[by == "key" ? 0 : 1], IsSet(bound[0])), IsSet(bound[2]));
    }

    private object? Sort(object? value, CallArguments arguments)
    {
        object?[] bound = arguments.Bind("sort", 0, "reverse", "case_sensitive", "attribute");
        object? attribute = Given(bound[2]);
        object?[] paths = attribute is string text ? [.. text.Split(',')] : [attribute];
        return Sorted(PythonSequence.Items(value), item => paths.Select(path => Folded(Path(item, path), IsSet(bound[1]))).ToList(), IsSet(bound[0]));
    }

    private List<object?> Sorted(IEnumerable<object?> items, Func<object?, object?> key, bool reverse)
    {
        List<(object? Item, object? Key)> keyed = [.. budget.Counted(items, SortedItem).Select(item => (item, key(item)))];
        return [.. PythonOrder.Sorted(keyed, entry => entry.Key, reverse, budget).Select(entry => entry.Item)];
    }

    private object? Unique(object? value, CallArguments arguments)
    {
        object?[] bound = arguments.Bind("unique", 0, "case_sensitive", "attribute");
        var seen = new JinjaDict();
        return Iterator(budget.Counted(PythonSequence.Items(value)).Where(item =>
        {
            object? key = Folded(Path(item, Given(bound[1])), IsSet(bound[0]));
            budget.Read(key);
            if (seen.TryGet(key, out _)) return false;
            seen.Set(key, null);
            return true;
        }));
    }

    private object? Extreme(object? value, CallArguments arguments, string name, int sign)
    {
        object?[] bound = arguments.Bind(name, 0, "case_sensitive", "attribute");
        bool any = false;
        object? best = new Undefined("No aggregated item, sequence was empty."), bestKey = null;
        foreach (object? item in budget.Counted(PythonSequence.Items(value)))
        {
            object? key = Folded(Path(item, Given(bound[1])), IsSet(bound[0]));
            if (any && PythonOrder.Compare(key, bestKey, sign < 0 ? "<" : ">", budget) * sign is not > 0) continue;
            (any, best, bestKey) = (true, item, key);
        }

        return best;
    }

    private object? Sum(object? value, CallArguments arguments)
    {
        object?[] bound = arguments.Bind("sum", 0, "attribute", "start");
        object? total = bound[1] == CallArguments.Missing ? 0L : bound[1];
        foreach (object? item in budget.Counted(PythonSequence.Items(value))) total = PythonMath.Apply("+", total, Path(item, Given(bound[0])), budget);
        return total;
    }

    private object? Batch(object? value, CallArguments arguments)
    {
        object?[] bound = arguments.Bind("batch", 1, "linecount", "fill_with");
        int size = (int)Math.Clamp(PythonMath.ToLong(bound[0]), 1, int.MaxValue);
        return Iterator(budget.Counted(PythonSequence.Items(value)).Chunk(size).Select(object? (chunk) =>
        {
            List<object?> batch = [.. chunk];
            if (Given(bound[1]) is { } fill) batch.AddRange(budget.Counted(Enumerable.Repeat<object?>(fill, size - batch.Count)));
            return batch;
        }));
    }

    private IEnumerable<object?> Map(object? value, CallArguments arguments)
    {
        if (arguments.Positional.Count == 0 && arguments.Named.TryGetValue("attribute", out object? attribute))
        {
            if (arguments.Named.Keys.FirstOrDefault(name => name is not ("attribute" or "default")) is { } unknown) throw new JinjaException($"Unexpected keyword argument '{unknown}'");
            object? otherwise = arguments.Named.GetValueOrDefault("default");
            foreach (object? item in budget.Counted(PythonSequence.Items(value))) yield return Path(item, attribute, otherwise);
            yield break;
        }

        if (arguments.Positional.Count == 0) throw new JinjaException("map requires a filter argument");
        string filter = PythonRepr.Str(arguments.Positional[0]);
        var rest = arguments with { Positional = [.. arguments.Positional.Skip(1)] };
        foreach (object? item in budget.Counted(PythonSequence.Items(value))) yield return filters.Apply(filter, item, rest);
    }

    private IEnumerable<object?> Select(object? value, CallArguments arguments, bool wanted, bool byAttribute)
    {
        if (!PythonOrder.IsTrue(value)) yield break;
        if (byAttribute && arguments.Positional.Count == 0) throw new JinjaException("Missing parameter for attribute name");
        object? attribute = byAttribute ? arguments.Positional[0] : null;
        object?[] rest = [.. arguments.Positional.Skip(byAttribute ? 1 : 0)];
        var given = arguments with { Positional = [.. rest.Skip(1)] };
        foreach (object? item in budget.Counted(PythonSequence.Items(value)))
        {
            object? tested = byAttribute ? Path(item, attribute) : item;
            bool holds = rest.Length == 0 ? PythonOrder.IsTrue(tested) : Tests.Apply(PythonRepr.Str(rest[0]), tested, given, budget);
            if (holds == wanted) yield return item;
        }
    }

    /// <summary>The item's attribute at a dotted path; numbers in the path are indices. Null: the item itself.</summary>
    private object? Path(object? item, object? path, object? otherwise = null)
    {
        budget.Read(path);
        object?[] parts = path switch
        {
            null => [],
            string text => [.. text.Split('.').Select(object? (part) => part.Length > 0 && part.All(char.IsAsciiDigit) && long.TryParse(part, out long index) ? index : part)],
            _ => [path],
        };
        foreach (object? part in parts)
        {
            budget.Work(1);
            item = Attributes.OfItem(item, part, budget);
            if (otherwise is not null && item is Undefined) item = otherwise;
        }

        return item;
    }

    private object? Folded(object? value, bool caseSensitive) => value is string text && !caseSensitive ? budget.Charged(PythonCase.Lower(text)) : value;

    private static object? Given(object? argument) => argument == CallArguments.Missing ? null : argument;

    private static bool IsSet(object? argument) => argument != CallArguments.Missing && PythonOrder.IsTrue(argument);
}
