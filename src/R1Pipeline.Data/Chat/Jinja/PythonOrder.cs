using System.Numerics;
using System.Runtime.CompilerServices;

namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>Truth, equality and order of values, as Python's.</summary>
internal static class PythonOrder
{
    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool flag => flag,
        long whole => whole != 0,
        BigInteger whole => !whole.IsZero,
        double number => number != 0,
        string text => text.Length > 0,
        List<object?> list => list.Count > 0,
        object?[] tuple => tuple.Length > 0,
        JinjaDict dict => dict.Count > 0,
        DictView view => view.Count > 0,
        JinjaRange range => range.Count > 0,
        _ => true,
    };

    public static bool AreEqual(object? left, object? right)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (IsNumber(left) && IsNumber(right)) return CompareNumbers(left, right) == 0;
        return (left, right) switch
        {
            (null, null) => true,
            (string a, string b) => a == b,
            (List<object?> a, List<object?> b) => SequencesEqual(a, b),
            (object?[] a, object?[] b) => SequencesEqual(a, b),
            (JinjaDict a, JinjaDict b) => a.Count == b.Count && a.Keys.All(key => b.TryGet(key, out object? other) && a.TryGet(key, out object? own) && AreEqual(own, other)),
            (JinjaRange a, JinjaRange b) => a.Items().SequenceEqual(b.Items()),
            (Undefined, Undefined) => true,
            _ => ReferenceEquals(left, right),
        };
    }

    /// <summary>Negative, zero or positive, as numbers, texts, lists and tuples are ordered; null where NaN stands on a side.</summary>
    /// <exception cref="JinjaException">The two cannot be ordered.</exception>
    public static int? Compare(object? left, object? right, string shown)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (left is Undefined undefined) throw undefined.Used();
        if (right is Undefined other) throw other.Used();
        if (IsNumber(left) && IsNumber(right)) return CompareNumbers(left, right);
        return (left, right) switch
        {
            (string a, string b) => PythonText.Compare(a, b),
            (List<object?> a, List<object?> b) => CompareSequences(a, b, shown),
            (object?[] a, object?[] b) => CompareSequences(a, b, shown),
            _ => throw new JinjaException($"'{shown}' not supported between instances of '{PythonType.Of(left)}' and '{PythonType.Of(right)}'"),
        };
    }

    /// <summary>bool, int or float.</summary>
    public static bool IsNumber(object? value) => value is bool or long or double or BigInteger;

    private static int? CompareNumbers(object? left, object? right)
    {
        if (left is double || right is double)
        {
            double a = PythonMath.ToDouble(left), b = PythonMath.ToDouble(right);
            return double.IsNaN(a) || double.IsNaN(b) ? null : a.CompareTo(b);
        }

        return PythonMath.ToBig(left).CompareTo(PythonMath.ToBig(right));
    }

    private static bool SequencesEqual(IReadOnlyList<object?> left, IReadOnlyList<object?> right)
    {
        if (left.Count != right.Count) return false;
        for (int i = 0; i < left.Count; i++)
        {
            if (!AreEqual(left[i], right[i])) return false;
        }

        return true;
    }

    private static int? CompareSequences(IReadOnlyList<object?> left, IReadOnlyList<object?> right, string shown)
    {
        for (int i = 0; i < Math.Min(left.Count, right.Count); i++)
        {
            if (!AreEqual(left[i], right[i])) return Compare(left[i], right[i], shown);
        }

        return left.Count.CompareTo(right.Count);
    }
}
