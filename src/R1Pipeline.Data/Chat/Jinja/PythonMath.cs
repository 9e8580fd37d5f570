using System.Numerics;

namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>Python's arithmetic on numbers, texts and lists. Whole numbers beyond 64 bits are refused: no template needs them.</summary>
internal static class PythonMath
{
    public static object? Apply(string operation, object? left, object? right, Budget budget)
    {
        if (operation == "%" && left is string format)
        {
            budget.Read(format);
            budget.Read(right);
            return PercentFormat.Format(format, right);
        }

        if (left is Undefined undefined) throw undefined.Used();
        if (right is Undefined other) throw other.Used();
        try
        {
            return operation switch
            {
                "+" => Add(left, right, budget),
                "*" => Multiply(left, right, budget),
                _ when !PythonOrder.IsNumber(left) || !PythonOrder.IsNumber(right) => throw Unsupported(operation, left, right),
                "-" => left is double || right is double ? (object)(ToDouble(left) - ToDouble(right)) : checked(ToLong(left) - ToLong(right)),
                "/" => Divide(left, right),
                "//" => FloorDivide(left, right),
                "%" => Modulo(left, right),
                "**" => Power(left, right),
                _ => throw new JinjaException($"the operator {operation} is not supported"),
            };
        }
        catch (OverflowException)
        {
            throw TooLarge();
        }
    }

    public static object Negate(object? value, bool isNegative) => value switch
    {
        Undefined undefined => throw undefined.Used(),
        double number => (object)(isNegative ? -number : number),
        bool or long => isNegative ? checked(-ToLong(value)) : ToLong(value),
        _ => throw new JinjaException($"bad operand type for unary {(isNegative ? '-' : '+')}: '{PythonType.Of(value)}'"),
    };

    public static double ToDouble(object? value) => value switch
    {
        double number => number,
        long whole => whole,
        bool flag => flag ? 1 : 0,
        BigInteger whole => (double)whole,
        _ => throw new JinjaException($"'{PythonType.Of(value)}' is no number"),
    };

    /// <summary>An index, a count: a whole number.</summary>
    public static long ToLong(object? value) => value switch
    {
        long whole => whole,
        bool flag => flag ? 1 : 0,
        Undefined undefined => throw undefined.Used(),
        BigInteger => throw TooLarge(),
        _ => throw new JinjaException($"'{PythonType.Of(value)}' object cannot be interpreted as an integer"),
    };

    public static BigInteger ToBig(object? value) => value is BigInteger whole ? whole : ToLong(value);

    private static object Add(object? left, object? right, Budget budget)
    {
        switch (left, right)
        {
            case (string a, string b):
                budget.Spend(a.Length + b.Length);
                return a + b;
            case (List<object?> a, List<object?> b):
                budget.Spend(a.Count + b.Count);
                return new List<object?>([.. a, .. b]);
            case (object?[] a, object?[] b):
                budget.Spend(a.Length + b.Length);
                return (object?[])[.. a, .. b];
            case (string, _):
                throw new JinjaException($"can only concatenate str (not \"{PythonType.Of(right)}\") to str");
            default:
                if (!PythonOrder.IsNumber(left) || !PythonOrder.IsNumber(right)) throw Unsupported("+", left, right);
                return left is double || right is double ? (object)(ToDouble(left) + ToDouble(right)) : checked(ToLong(left) + ToLong(right));
        }
    }

    private static object Multiply(object? left, object? right, Budget budget)
    {
        if (left is long or bool && right is string or List<object?> or object?[]) (left, right) = (right, left);
        if (left is string or List<object?> or object?[] && right is long or bool)
        {
            int length = left is string s ? s.Length : left is List<object?> l ? l.Count : ((object?[])left).Length;
            long times = Math.Max(0, ToLong(right));
            budget.Spend(checked(length * times));
            return left switch
            {
                string text => text.Length == 0 ? "" : string.Concat(Enumerable.Repeat(text, (int)times)),
                List<object?> list => Repeat(list, times).ToList(),
                _ => Repeat((object?[])left, times).ToArray(),
            };
        }

        if (!PythonOrder.IsNumber(left) || !PythonOrder.IsNumber(right)) throw Unsupported("*", left, right);
        return left is double || right is double ? (object)(ToDouble(left) * ToDouble(right)) : checked(ToLong(left) * ToLong(right));
    }

    private static IEnumerable<object?> Repeat(IReadOnlyList<object?> items, long times) => items.Count == 0 ? [] : Enumerable.Range(0, (int)times).SelectMany(_ => items);

    private static object Divide(object? left, object? right)
    {
        if (ToDouble(right) == 0) throw new JinjaException("division by zero");
        // Python rounds the exact quotient once.
        if (!IsExact(left) || !IsExact(right)) throw new JinjaException("the quotient of whole numbers beyond 53 bits is not supported");
        return ToDouble(left) / ToDouble(right);

        bool IsExact(object? value) => left is double || right is double || BigInteger.Abs(ToBig(value)) <= 1L << 53;
    }

    private static object FloorDivide(object? left, object? right)
    {
        if (ToDouble(right) == 0) throw new JinjaException("integer division or modulo by zero");
        if (left is double || right is double)
        {
            // The quotient of what the remainder leaves, which division alone would round up to the next whole number.
            double dividend = ToDouble(left), divisor = ToDouble(right), rest = dividend % divisor, whole = (dividend - rest) / divisor;
            if (rest != 0 && (rest < 0) != (divisor < 0)) whole -= 1;
            return whole == 0 ? Math.CopySign(0, dividend / divisor) : Math.Round(whole);
        }

        (long quotient, long remainder) = Math.DivRem(ToLong(left), ToLong(right));
        return remainder != 0 && (remainder < 0) != (ToLong(right) < 0) ? quotient - 1 : quotient;
    }

    private static object Modulo(object? left, object? right)
    {
        if (ToDouble(right) == 0) throw new JinjaException("integer division or modulo by zero");
        if (left is double || right is double)
        {
            double divisor = ToDouble(right), rest = ToDouble(left) % divisor;
            if (rest == 0) return Math.CopySign(0, divisor);
            return (rest < 0) != (divisor < 0) ? rest + divisor : rest;
        }

        long whole = ToLong(left) % ToLong(right);
        return whole != 0 && (whole < 0) != (ToLong(right) < 0) ? whole + ToLong(right) : whole;
    }

    private static object Power(object? left, object? right)
    {
        if (left is double || right is double || ToLong(right) < 0)
        {
            double number = ToDouble(left), power = ToDouble(right);
            if (number == 0 && power < 0) throw new JinjaException("0.0 cannot be raised to a negative power");
            if (number < 0 && double.IsFinite(power) && power != Math.Floor(power) && double.IsFinite(number)) throw new JinjaException("complex numbers are not supported");
            double raised = Math.Pow(number, power);
            return double.IsFinite(raised) || !double.IsFinite(number) || !double.IsFinite(power) ? raised : throw new JinjaException("Numerical result out of range");
        }

        long result = 1, factor = ToLong(left);
        for (long exponent = ToLong(right); exponent > 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0) result = checked(result * factor);
            if (exponent > 1) factor = checked(factor * factor);
        }

        return result;
    }

    private static JinjaException Unsupported(string operation, object? left, object? right) =>
        new($"unsupported operand type(s) for {operation}: '{PythonType.Of(left)}' and '{PythonType.Of(right)}'");

    private static JinjaException TooLarge() => new("whole numbers beyond 64 bits are not supported");
}
