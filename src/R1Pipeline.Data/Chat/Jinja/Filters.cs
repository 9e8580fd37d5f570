namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>The filters behind <c>|</c>: this file knows the names; those of texts and of sequences stand in files of their own.</summary>
internal sealed class Filters
{
    private readonly Dictionary<string, Func<object?, CallArguments, object?>> _filters;
    private readonly Budget _budget;

    public Filters(Budget budget)
    {
        _budget = budget;
        var sequences = new SequenceFilters(this, budget);
        _filters = new Dictionary<string, Func<object?, CallArguments, object?>>(StringComparer.Ordinal)
        {
            ["tojson"] = (value, arguments) => PythonJson.Write(value, arguments, budget),
            ["default"] = Default,
            ["d"] = Default,
            ["string"] = (value, _) => PythonRepr.Str(value),
            // A plain text. Jinja2 gives one that escapes what is added to it with + or formatted into it: no published template does either with it.
            ["safe"] = (value, _) => PythonRepr.Str(value),
            ["attr"] = (value, arguments) => value is Undefined undefined ? throw undefined.Used() : Attributes.Only(value, PythonRepr.Str(arguments.Bind("attr", 1, "name")[0]), budget),
            ["trim"] = TextFilters.Trim,
            ["upper"] = (value, _) => PythonCase.Upper(PythonRepr.Str(value)),
            ["lower"] = (value, _) => PythonCase.Lower(PythonRepr.Str(value)),
            ["capitalize"] = (value, _) => PythonCase.Capitalize(PythonRepr.Str(value)),
            ["title"] = (value, _) => TextFilters.Title(PythonRepr.Str(value)),
            ["replace"] = (value, arguments) => TextFilters.Replace(value, arguments, budget),
            ["format"] = TextFilters.Format,
            ["indent"] = TextFilters.Indent,
            ["center"] = (value, arguments) => TextFilters.Center(value, arguments, budget),
            ["truncate"] = TextFilters.Truncate,
            ["wordcount"] = (value, _) => TextFilters.WordCount(PythonRepr.Str(value)),
            ["urlencode"] = (value, _) => TextFilters.UrlEncode(value),
            ["int"] = NumberFilters.Int,
            ["float"] = NumberFilters.Float,
            ["abs"] = NumberFilters.Abs,
            ["round"] = NumberFilters.Round,
        };
        sequences.AddTo(_filters);
    }

    public static IReadOnlyCollection<string> Names { get; } = [.. new Filters(new Budget())._filters.Keys];

    /// <summary>Applies one; what it reads and what it gives are charged.</summary>
    public object? Apply(string name, object? value, CallArguments arguments)
    {
        if (!_filters.TryGetValue(name, out Func<object?, CallArguments, object?>? filter)) throw new JinjaException($"the filter '{name}' is not supported");
        _budget.Read(value);
        arguments.ChargeTo(_budget);
        return _budget.Charged(filter(value, arguments));
    }

    private static object? Default(object? value, CallArguments arguments)
    {
        object?[] bound = arguments.Bind("default", 0, "default_value", "boolean");
        bool replaces = value is Undefined || (bound[1] != CallArguments.Missing && PythonOrder.IsTrue(bound[1]) && !PythonOrder.IsTrue(value));
        return !replaces ? value : bound[0] == CallArguments.Missing ? "" : bound[0];
    }
}
