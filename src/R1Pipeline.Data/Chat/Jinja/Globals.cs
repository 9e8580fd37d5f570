namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>The functions that every chat template can call.</summary>
internal static class Globals
{
    private const int MaxRange = 100_000;

    /// <param name="now">What <c>strftime_now</c> shows; null: there is no such function.</param>
    public static Dictionary<string, object?> Create(DateTime? now)
    {
        var functions = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["raise_exception"] = new JinjaFunction("raise_exception", arguments => throw new JinjaException(PythonRepr.Str(arguments.Bind("raise_exception", 1, "message")[0]))),
            ["range"] = new JinjaFunction("range", Range),
            ["namespace"] = new JinjaFunction("namespace", NewNamespace),
            ["dict"] = new JinjaFunction("dict", NewDict),
            ["joiner"] = new JinjaFunction("joiner", Joiner),
        };
        if (now is { } time) functions["strftime_now"] = new JinjaFunction("strftime_now", arguments => Strftime.Format(time, PythonRepr.Str(arguments.Bind("strftime_now", 1, "format")[0])));
        return functions;
    }

    private static JinjaRange Range(CallArguments arguments)
    {
        object?[] bound = arguments.Bind("range", 1, "start", "stop", "step");
        bool one = bound[1] == CallArguments.Missing;
        long start = one ? 0 : PythonMath.ToLong(bound[0]), stop = PythonMath.ToLong(bound[one ? 0 : 1]), step = bound[2] == CallArguments.Missing ? 1 : PythonMath.ToLong(bound[2]);
        if (step == 0) throw new JinjaException("range() arg 3 must not be zero");
        decimal count = Math.Max(0, Math.Ceiling(((decimal)stop - start) / step));
        return count <= MaxRange ? new JinjaRange(start, stop, step, (int)count) : throw new JinjaException($"Range too big. The sandbox blocks ranges larger than MAX_RANGE ({MaxRange}).");
    }

    private static Namespace NewNamespace(CallArguments arguments)
    {
        var space = new Namespace();
        foreach ((object? name, object? value) in Entries("namespace", arguments)) space.Attributes[name as string ?? throw new JinjaException("namespace: a name that is no text is not supported")] = value;
        return space;
    }

    private static JinjaDict NewDict(CallArguments arguments)
    {
        var dict = new JinjaDict();
        foreach ((object? name, object? value) in Entries("dict", arguments)) dict.Set(name, value);
        return dict;
    }

    private static IEnumerable<(object? Name, object? Value)> Entries(string function, CallArguments arguments)
    {
        if (arguments.Positional.Count > 1) throw new JinjaException($"{function} expected at most 1 argument, got {arguments.Positional.Count}");
        foreach (object? given in arguments.Positional)
        {
            foreach (object? item in given is JinjaDict dict ? dict.Items : PythonSequence.Items(given)) yield return Pair(item);
        }

        foreach ((string name, object? value) in arguments.Named) yield return (name, value);
    }

    private static (object? Name, object? Value) Pair(object? item) =>
        PythonSequence.Items(item).Take(3).ToList() is [var name, var value] ? (name, value) : throw new JinjaException("a sequence of pairs is required");

    private static JinjaFunction Joiner(CallArguments arguments)
    {
        object? separator = arguments.Bind("joiner", 0, "sep")[0];
        bool used = false;
        return new JinjaFunction("joiner", _ =>
        {
            if (used) return separator == CallArguments.Missing ? ", " : separator;
            used = true;
            return "";
        });
    }
}
