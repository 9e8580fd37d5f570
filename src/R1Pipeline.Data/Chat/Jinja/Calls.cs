namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>Calls a value.</summary>
internal static class Calls
{
    /// <summary>Calls it; what it reads and what it gives are charged.</summary>
    public static object? Invoke(object? function, CallArguments arguments, Budget budget)
    {
        budget.Read((function as JinjaFunction)?.Text);
        arguments.ChargeTo(budget);
        return budget.Charged(Invoke(function, arguments));
    }

    private static object? Invoke(object? function, CallArguments arguments) => function switch
    {
        JinjaFunction known => known.Invoke(arguments),
        LoopState { Recurse: { } recurse } => recurse(arguments.Bind("loop", 1, "iterable")[0]),
        LoopState => throw new JinjaException("the loop must be marked recursive to be called"),
        Undefined undefined => throw undefined.Used(),
        _ => throw new JinjaException($"'{PythonType.Of(function)}' object is not callable"),
    };
}
