namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>Evaluated arguments of a call.</summary>
internal sealed record CallArguments(IReadOnlyList<object?> Positional, IReadOnlyDictionary<string, object?> Named)
{
    /// <summary>Stands where an argument was not given.</summary>
    public static readonly object Missing = new();

    /// <summary>Charges for reading them.</summary>
    public void ChargeTo(Budget budget)
    {
        foreach (object? value in Positional) budget.Read(value);
        foreach (object? value in Named.Values) budget.Read(value);
    }

    /// <summary>Arguments by parameter, the first <paramref name="required"/> of which must be given; <see cref="Missing"/> where one is not.</summary>
    /// <exception cref="JinjaException">Too many, too few or unknown ones.</exception>
    public object?[] Bind(string function, int required, params ReadOnlySpan<string> parameters)
    {
        if (Positional.Count > parameters.Length) throw new JinjaException($"{function} takes at most {parameters.Length} arguments, {Positional.Count} were given");
        object?[] bound = new object?[parameters.Length];
        for (int i = 0; i < bound.Length; i++) bound[i] = i < Positional.Count ? Positional[i] : Missing;
        foreach ((string name, object? value) in Named)
        {
            int at = parameters.IndexOf(name);
            if (at < 0) throw new JinjaException($"{function} has no parameter '{name}'");
            if (at < Positional.Count) throw new JinjaException($"{function} got '{name}' twice");
            bound[at] = value;
        }

        int missing = Array.FindIndex(bound, 0, required, value => value == Missing);
        return missing < 0 ? bound : throw new JinjaException($"{function} lacks its argument '{parameters[missing]}'");
    }
}
