using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

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

    /// <summary>Counts every pair: lists that share their parts compare them again and again.</summary>
    public static bool AreEqual(object? left, object? right, Budget budget)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        budget.Work(1);
        if (IsNumber(left) && IsNumber(right)) return CompareNumbers(left, right) == 0;
        return (left, right) switch
        {
            (null, null) => true,
            (string a, string b) => ReferenceEquals(a, b) || (a.Length == b.Length && TextsEqual(a, b, budget)),
            (List<object?> a, List<object?> b) => SequencesEqual(a, b, budget),
            (object?[] a, object?[] b) => SequencesEqual(a, b, budget),
            (JinjaDict a, JinjaDict b) => DictsEqual(a, b, budget),
            (JinjaRange a, JinjaRange b) => a.Count == b.Count && (a.Count == 0 || (a.Start == b.Start && (a.Count == 1 || a.Step == b.Step))),
            (Undefined, Undefined) => true,
            _ => ReferenceEquals(left, right),
        };
    }

    /// <summary>Negative, zero or positive, as numbers, texts, lists and tuples are ordered; null where NaN stands on a side.</summary>
    /// <exception cref="JinjaException">The two cannot be ordered.</exception>
    public static int? Compare(object? left, object? right, string shown, Budget budget)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        budget.Work(1);
        if (left is Undefined undefined) throw undefined.Used();
        if (right is Undefined other) throw other.Used();
        if (IsNumber(left) && IsNumber(right)) return CompareNumbers(left, right);
        return (left, right) switch
        {
            (string a, string b) => CompareTexts(a, b, budget),
            (List<object?> a, List<object?> b) => CompareSequences(a, b, shown, budget),
            (object?[] a, object?[] b) => CompareSequences(a, b, shown, budget),
            _ => throw new JinjaException($"'{shown}' not supported between instances of '{PythonType.Of(left)}' and '{PythonType.Of(right)}'"),
        };
    }

    /// <summary>In ascending order of the keys, stable in both directions, as Python's.</summary>
    /// <exception cref="JinjaException">Two keys cannot be ordered.</exception>
    public static List<T> Sorted<T>(IReadOnlyList<T> items, Func<T, object?> key, bool reverse, Budget budget)
    {
        var order = Comparer<object?>.Create((a, b) => Compare(a, b, "<", budget) ?? 0);
        try
        {
            return [.. reverse ? items.OrderByDescending(key, order) : items.OrderBy(key, order)];
        }
        catch (InvalidOperationException wrapped) when (wrapped.InnerException is JinjaException or InsufficientExecutionStackException)
        {
            ExceptionDispatchInfo.Throw(wrapped.InnerException);
            throw;
        }
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

    private static bool DictsEqual(JinjaDict left, JinjaDict right, Budget budget) =>
        left.Count == right.Count && left.Items.Cast<object?[]>().All(item => right.TryGet(item[0], out object? other) && AreEqual(item[1], other, budget));

    private static bool TextsEqual(string left, string right, Budget budget)
    {
        budget.Read(left);
        return left == right;
    }

    private static int CompareTexts(string left, string right, Budget budget)
    {
        budget.Read(left.Length < right.Length ? left : right);
        return PythonText.Compare(left, right);
    }

    private static bool SequencesEqual(IReadOnlyList<object?> left, IReadOnlyList<object?> right, Budget budget)
    {
        if (left.Count != right.Count) return false;
        for (int i = 0; i < left.Count; i++)
        {
            if (!AreEqual(left[i], right[i], budget)) return false;
        }

        return true;
    }

    private static int? CompareSequences(IReadOnlyList<object?> left, IReadOnlyList<object?> right, string shown, Budget budget)
    {
        for (int i = 0; i < Math.Min(left.Count, right.Count); i++)
        {
            if (!AreEqual(left[i], right[i], budget)) return Compare(left[i], right[i], shown, budget);
        }

        return left.Count.CompareTo(right.Count);
    }
}
