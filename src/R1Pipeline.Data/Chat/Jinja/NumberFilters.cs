using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>Filters that give numbers.</summary>
internal static partial class NumberFilters
{
    public static object? Int(object? value, CallArguments arguments)
    {
        object?[] bound = arguments.Bind("int", 0, "default", "base");
        object? otherwise = bound[0] == CallArguments.Missing ? 0L : bound[0];
        if (value is Undefined undefined) throw undefined.Used();
        if (bound[1] != CallArguments.Missing && PythonMath.ToLong(bound[1]) != 10) throw new JinjaException("int with a base other than 10 is not supported");
        if (value is string text)
        {
            string number = Plain(text);
            if (WholeNumber().IsMatch(number))
                return long.TryParse(number.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole) ? whole : throw TooLarge();
            value = TryDouble(number);
            if (value is not double real || !double.IsFinite(real)) return otherwise;
        }

        return value switch
        {
            bool or long => PythonMath.ToLong(value),
            double.NaN => otherwise,
            double number when double.IsInfinity(number) => throw new JinjaException("cannot convert float infinity to integer"),
            double number when Math.Abs(number) < 9e18 => (long)number,
            double => throw TooLarge(),
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
            string text => TryDouble(Plain(text)) ?? otherwise,
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
            "ceil" or "floor" when !double.IsFinite(number * scale) => throw new JinjaException("cannot convert float infinity or NaN to integer"),
            // A whole number has no negative zero.
            "ceil" => (object)((Math.Ceiling(number * scale) + 0.0) / scale),
            "floor" => (Math.Floor(number * scale) + 0.0) / scale,
            "common" when value is long or bool && precision >= 0 => PythonMath.ToLong(value),
            // Python rounds the exact binary value, half to even.
            "common" when precision is >= 0 and <= 300 => double.Parse(number.ToString("F" + precision, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) is var near
                && precision == 0 ? Math.Round(number, MidpointRounding.ToEven) : near,
            "common" => throw new JinjaException("round with such a precision is not supported"),
            _ => throw new JinjaException("method must be common, ceil or floor"),
        };
    }

    /// <summary>A number's text without white space around it, with ASCII digits for those of other scripts.</summary>
    private static string Plain(string text)
    {
        // Python takes the separators of ASCII for white space only where the text is not all ASCII.
        if (Ascii.IsValid(text)) return text.Trim(' ', '\t', '\n', '\v', '\f', '\r');
        var plain = new StringBuilder(text.Length);
        foreach (Rune rune in PythonText.Trim(text, null, start: true, end: true).EnumerateRunes())
        {
            if (Rune.IsDigit(rune)) plain.Append((char)('0' + (int)Rune.GetNumericValue(rune)));
            else plain.Append(rune);
        }

        return plain.ToString();
    }

    private static object? TryDouble(string text)
    {
        if (RealNumber().IsMatch(text)) return double.Parse(text.Replace("_", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        return text.ToLowerInvariant() switch
        {
            "inf" or "+inf" or "infinity" or "+infinity" => double.PositiveInfinity,
            "-inf" or "-infinity" => double.NegativeInfinity,
            "nan" or "+nan" or "-nan" => double.NaN,
            _ => null,
        };
    }

    private static JinjaException TooLarge() => new("whole numbers beyond 64 bits are not supported");

    [GeneratedRegex(@"^[+-]?[0-9]+(_[0-9]+)*\z")]
    private static partial Regex WholeNumber();

    [GeneratedRegex(@"^[+-]?([0-9]+(_[0-9]+)*(\.([0-9]+(_[0-9]+)*)?)?|\.[0-9]+(_[0-9]+)*)([eE][+-]?[0-9]+(_[0-9]+)*)?\z")]
    private static partial Regex RealNumber();
}
