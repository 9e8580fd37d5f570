using System.Numerics;

namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>The tests behind <c>is</c>.</summary>
internal static class Tests
{
    public static bool Apply(string name, object? value, CallArguments arguments, Budget budget)
    {
        budget.Read(value);
        switch (name)
        {
            case "eq" or "equalto":
                return Evaluator.Holds("==", value, Argument(), budget);
            case "ne":
                return Evaluator.Holds("!=", value, Argument(), budget);
            case "lt" or "lessthan":
                return Evaluator.Holds("<", value, Argument(), budget);
            case "le":
                return Evaluator.Holds("<=", value, Argument(), budget);
            case "gt" or "greaterthan":
                return Evaluator.Holds(">", value, Argument(), budget);
            case "ge":
                return Evaluator.Holds(">=", value, Argument(), budget);
            case "==" or "!=" or "<" or "<=" or ">" or ">=" or "in":
                return Evaluator.Holds(name, value, Argument(), budget);
            case "sameas":
                object? other = Argument();
                return ReferenceEquals(value, other) || (value is null or bool or string && Equals(value, other));
            case "divisibleby":
                return PythonOrder.AreEqual(PythonMath.Apply("%", value, Argument(), budget), 0L, budget);
        }

        arguments.Bind($"the test {name}", 0);
        return name switch
        {
            "defined" => value is not Undefined,
            "undefined" => value is Undefined,
            "none" => value is null,
            "boolean" => value is bool,
            "true" => value is true,
            "false" => value is false,
            "integer" => value is long or BigInteger,
            "float" => value is double,
            "number" => PythonOrder.IsNumber(value),
            "string" => value is string,
            "mapping" => value is JinjaDict,
            "sequence" => value is string or List<object?> or object?[] or JinjaDict or JinjaRange or Undefined,
            "iterable" => PythonSequence.TryItems(value) is not null,
            "callable" => value is JinjaFunction or LoopState or Undefined,
            "lower" => PythonCase.IsLower(PythonRepr.Str(value)),
            "upper" => PythonCase.IsUpper(PythonRepr.Str(value)),
            "odd" => Remainder() == 1,
            "even" => Remainder() == 0,
            "escaped" => false,
            "filter" => value is string filter && Filters.Names.Contains(filter),
            _ => throw new JinjaException($"the test '{name}' is not supported"),
        };

        object? Argument() => arguments.Bind($"the test {name}", 1, "other")[0];

        double Remainder() => PythonMath.ToDouble(PythonMath.Apply("%", value, 2L, budget));
    }
}
