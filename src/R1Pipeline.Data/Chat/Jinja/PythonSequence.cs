namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>Iteration, length, membership, indices and slices.</summary>
internal static class PythonSequence
{
    /// <summary>The items of anything that can be iterated.</summary>
    public static IEnumerable<object?> Items(object? value) => TryItems(value) ?? throw new JinjaException($"'{PythonType.Of(value)}' object is not iterable");

    public static IEnumerable<object?>? TryItems(object? value) => value switch
    {
        string text => PythonText.EachCharacter(text),
        List<object?> list => list,
        object?[] tuple => tuple,
        JinjaDict dict => dict.Keys,
        DictView view => view.Items(),
        JinjaIterator iterator => iterator.Rest(),
        JinjaRange range => range.Items(),
        LoopState loop => loop.Rest(),
        Undefined => [],
        _ => null,
    };

    /// <summary><c>len(value)</c>; null where there is none.</summary>
    public static int? TryLength(object? value) => value switch
    {
        string text => PythonText.Length(text),
        List<object?> list => list.Count,
        object?[] tuple => tuple.Length,
        JinjaDict dict => dict.Count,
        DictView view => view.Count,
        JinjaRange range => range.Count,
        LoopState loop => loop.Length,
        Undefined => 0,
        _ => null,
    };

    public static bool Contains(object? container, object? item, Budget budget) => container switch
    {
        string text => item is string part ? Contains(text, part, budget)
            : throw new JinjaException($"'in <string>' requires string as left operand, not {PythonType.Of(item)}"),
        JinjaDict dict => Contains(dict, item, budget),
        _ => (TryItems(container) ?? throw new JinjaException($"argument of type '{PythonType.Of(container)}' is not iterable")).Any(other => PythonOrder.AreEqual(other, item, budget)),
    };

    private static bool Contains(string text, string part, Budget budget)
    {
        budget.Search(text, part);
        return text.Contains(part, StringComparison.Ordinal);
    }

    private static bool Contains(JinjaDict dict, object? key, Budget budget)
    {
        budget.Read(key);
        return dict.TryGet(key, out _);
    }

    /// <summary><c>value[index]</c>; false where Python raises a lookup or type error.</summary>
    public static bool TryItem(object? value, object? index, out object? item)
    {
        item = null;
        if (value is JinjaDict dict) return index is not (List<object?> or JinjaDict) && dict.TryGet(index, out item);
        if (index is not (long or bool) || TryLength(value) is not { } length || value is DictView or LoopState or Undefined) return false;
        long at = PythonMath.ToLong(index);
        if (at < 0) at += length;
        if (at < 0 || at >= length) return false;
        item = At(value, (int)at);
        return true;
    }

    public static object? Slice(object? value, object? start, object? stop, object? step)
    {
        if (value is Undefined undefined) throw undefined.Used();
        if (value is not (string or List<object?> or object?[])) throw new JinjaException($"'{PythonType.Of(value)}' object cannot be sliced");
        long stride = step is null ? 1 : PythonMath.ToLong(step);
        if (stride == 0) throw new JinjaException("slice step cannot be zero");
        int length = TryLength(value)!.Value;
        long from = Bound(start, stride > 0 ? 0 : length - 1), to = Bound(stop, stride > 0 ? length : -1);
        if (value is string whole && stride == 1) return from < to ? whole[PythonText.Offset(whole, (int)from)..PythonText.Offset(whole, (int)to)] : "";
        string[]? characters = value is string text ? PythonText.Characters(text) : null;
        var taken = new List<int>();
        for (long at = from; stride > 0 ? at < to : at > to; at += stride) taken.Add((int)at);
        return value switch
        {
            string => string.Concat(taken.Select(at => characters![at])),
            List<object?> list => taken.Select(at => list[at]).ToList(),
            _ => taken.Select(at => ((object?[])value)[at]).ToArray(),
        };

        long Bound(object? given, long otherwise)
        {
            if (given is null) return otherwise;
            long at = PythonMath.ToLong(given);
            if (at < 0) at += length;
            return stride > 0 ? Math.Clamp(at, 0, length) : Math.Clamp(at, -1, length - 1);
        }
    }

    private static object? At(object? value, int index) => value switch
    {
        string text => text[PythonText.Offset(text, index)..PythonText.Offset(text, index + 1)],
        List<object?> list => list[index],
        object?[] tuple => tuple[index],
        _ => ((JinjaRange)value!).At(index),
    };
}
