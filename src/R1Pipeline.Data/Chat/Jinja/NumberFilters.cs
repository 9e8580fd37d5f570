using System.Globalization;

namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>Filters that give numbers.</summary>
internal static class NumberFilters
{
    public static object? Int(object? value, CallArguments arguments)
    {
        object?[] bound = arguments.Bind("int", 0, "default", "base");
        object? otherwise = bound[0] == CallArguments.Missing ? 0L : bound[0];
        if (value is Undefined undefined) throw undefined.Used();
        if (bound[1] != CallArguments.Missing && PythonMath.ToLong(bound[1]) != 10) throw new JinjaException("int with a base other than 10 is not supported");
        if (value is string text)
        {
            string digits = PythonText.Trim(text, null, start: true, end: true).Replace("_", "", StringComparison.Ordinal);
            if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole)) return whole;
            value = TryDouble(digits) ?? otherwise;
            if (ReferenceEquals(value, otherwise)) return otherwise;
        }

        return value switch
        {
            bool or long => PythonMath.ToLong(value),
            double number when double.IsNaN(number) || double.IsInfinity(number) => otherwise,
            double number when Math.Abs(number) < 9e18 => (long)number,
            double => throw new JinjaException("whole numbers beyond 64 bits are not supported"),
            _ => otherwise,
        };
    }

    public static object? Float(object? value, CallArguments arguments)
    {
        object? otherwise = arguments.Bind("float", 0, "default")[0];
        if (otherwise == CallArguments.Missing) otherwise = 0.0;
        return value switch
        {
            Undefined undefined => throw undefined.Used(),
            string text => TryDouble(PythonText.Trim(text, null, start: true, end: true).Replace("_", "", StringComparison.Ordinal)) ?? otherwise,
            bool or long or double => PythonMath.ToDouble(value),
            _ => otherwise,
        };
    }

    public static object? Abs(object? value, CallArguments arguments)
    {
        arguments.Bind("abs", 0);
        return value is double number ? (object)Math.Abs(number) : Math.Abs(PythonMath.ToLong(value));
    }

    public static object? Round(object? value, CallArguments arguments)
    {
        object?[] bound = arguments.Bind("round", 0, "precision", "method");
        int precision = bound[0] == CallArguments.Missing ? 0 : (int)Math.Clamp(PythonMath.ToLong(bound[0]), -400, 400);
        string method = bound[1] == CallArguments.Missing ? "common" : PythonRepr.Str(bound[1]);
        double scale = Math.Pow(10, precision), number = PythonMath.ToDouble(value);
        return method switch
        {
            "ceil" => (object)(Math.Ceiling(number * scale) / scale),
            "floor" => Math.Floor(number * scale) / scale,
            "common" when value is long or bool && precision >= 0 => PythonMath.ToLong(value),
            // Python rounds the exact binary value, half to even.
            "common" when precision is >= 0 and <= 300 => double.Parse(number.ToString("F" + precision, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) is var near
                && precision == 0 ? Math.Round(number, MidpointRounding.ToEven) : near,
            "common" => throw new JinjaException("round with such a precision is not supported"),
            _ => throw new JinjaException("method must be common, ceil or floor"),
        };
    }

    private static object? TryDouble(string text) =>
        double.TryParse(text, NumberStyles.Float & ~NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out double number) ? (object)number : text.ToLowerInvariant() switch
        {
            "inf" or "+inf" or "infinity" => (object)double.PositiveInfinity,
            "-inf" or "-infinity" => double.NegativeInfinity,
            "nan" => double.NaN,
            _ => null,
        };
}
