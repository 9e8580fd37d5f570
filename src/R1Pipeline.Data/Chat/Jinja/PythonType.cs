using System.Numerics;

namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>Python's names of the types, for messages.</summary>
internal static class PythonType
{
    public static string Of(object? value) => value switch
    {
        null => "NoneType",
        bool => "bool",
        long or BigInteger => "int",
        double => "float",
        string => "str",
        List<object?> => "list",
        object?[] => "tuple",
        JinjaDict => "dict",
        Undefined => "Undefined",
        Namespace => "Namespace",
        JinjaFunction => "function",
        DictView view => view.Kind,
        JinjaIterator iterator => iterator.Kind,
        JinjaRange => "range",
        LoopState => "LoopContext",
        _ => value.GetType().Name,
    };
}
