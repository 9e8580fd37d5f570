using System.Globalization;
using System.Numerics;
using System.Text;

namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>Python's <c>'…' % values</c>, with every conversion that it has but <c>%a</c>.</summary>
internal static class PercentFormat
{
    private const string Flags = "-+ #0", Lengths = "hlL";
    private const int MaxWidth = 1 << 20;

    /// <param name="format">The text.</param>
    /// <param name="values">A tuple of values, a mapping for <c>%(name)s</c>, or one value.</param>
    public static string Format(string format, object? values)
    {
        var text = new StringBuilder();
        object?[] positional = values as object?[] ?? [values];
        int used = 0;
        bool byName = false;
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                text.Append(format[i]);
                continue;
            }

            if (++i == format.Length) throw new JinjaException("incomplete format");
            if (format[i] == '%')
            {
                text.Append('%');
                continue;
            }

            object? value = CallArguments.Missing;
            if (format[i] == '(')
            {
                int close = format.IndexOf(')', i);
                if (close < 0 || values is not JinjaDict named) throw new JinjaException("format requires a mapping");
                if (!named.TryGet(format[(i + 1)..close], out value)) throw new JinjaException($"the mapping of the format has no '{format[(i + 1)..close]}'");
                byName = true;
                i = close + 1;
            }

            int start = i;
            while (i < format.Length && Flags.Contains(format[i])) i++;
            string flags = format[start..i];
            long width = Number(ref i) ?? 0;
            if (width < 0) (width, flags) = (-width, flags + '-');
            long? precision = null;
            if (i < format.Length && format[i] == '.')
            {
                i++;
                precision = Math.Max(0, Number(ref i) ?? 0);
            }

            while (i < format.Length && Lengths.Contains(format[i])) i++;
            if (i == format.Length) throw new JinjaException("incomplete format");
            if (value == CallArguments.Missing) value = Next();
            (string sign, string shown) = Convert(format[i], value, flags, (int?)precision);
            Budget.RequireRoom(text.Length + Math.Max(shown.Length, width));
            Pad(text, sign, shown, (int)width, flags, format[i]);
        }

        // Whatever can be subscripted may be a mapping of which no name was asked.
        bool all = byName || used == positional.Length || values is JinjaDict or List<object?> or JinjaRange or Undefined;
        return all ? text.ToString() : throw new JinjaException("not all arguments converted during string formatting");

        object? Next() => used < positional.Length ? positional[used++] : throw new JinjaException("not enough arguments for format string");

        long? Number(ref int at)
        {
            int start = at;
            long number;
            if (at < format.Length && format[at] == '*')
            {
                at++;
                object? given = Next();
                number = given is long or bool ? PythonMath.ToLong(given) : throw new JinjaException("* wants int");
            }
            else
            {
                while (at < format.Length && char.IsAsciiDigit(format[at])) at++;
                if (at == start) return null;
                if (!long.TryParse(format.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out number)) number = long.MaxValue;
            }

            return number is >= -MaxWidth and <= MaxWidth ? number : throw new JinjaException($"a width or precision of {format[start..at]} is not supported");
        }
    }

    /// <summary>What stands before the zeros that may fill the width, and the rest.</summary>
    private static (string Sign, string Shown) Convert(char conversion, object? value, string flags, int? precision)
    {
        switch (conversion)
        {
            case 's':
                return ("", Cut(PythonRepr.Str(value), precision));
            case 'r':
                return ("", Cut(PythonRepr.Repr(value), precision));
            case 'c':
                return ("", Character(value));
            case 'd' or 'i' or 'u' or 'x' or 'X' or 'o':
                BigInteger whole = Whole(conversion, value);
                string prefix = flags.Contains('#') && conversion is 'x' or 'X' or 'o' ? "0" + conversion : "";
                return (SignOf(whole.Sign < 0, flags) + prefix, Digits(BigInteger.Abs(whole), conversion).PadLeft(precision ?? 0, '0'));
            case 'e' or 'E' or 'f' or 'F' or 'g' or 'G':
                double number = PythonMath.ToDouble(value);
                string shown = Real(Math.Abs(number), char.ToLowerInvariant(conversion), precision ?? 6, flags.Contains('#'));
                return (SignOf(double.IsNegative(number) && !double.IsNaN(number), flags), char.IsUpper(conversion) ? shown.ToUpperInvariant() : shown);
            default:
                throw new JinjaException($"the format %{conversion} is not supported");
        }
    }

    private static BigInteger Whole(char conversion, object? value) => value switch
    {
        double number when conversion is 'd' or 'i' or 'u' => double.IsFinite(number) ? new BigInteger(number) : throw new JinjaException($"cannot convert float {PythonRepr.Float(number)} to integer"),
        bool or long or BigInteger => PythonMath.ToBig(value),
        Undefined undefined => throw undefined.Used(),
        _ => throw new JinjaException($"%{conversion} format: a number is required, not {PythonType.Of(value)}"),
    };

    private static string Digits(BigInteger whole, char conversion)
    {
        if (conversion is 'd' or 'i' or 'u') return whole.ToString(CultureInfo.InvariantCulture);
        if (conversion != 'o') return whole.ToString(conversion.ToString(), CultureInfo.InvariantCulture).TrimStart('0') is { Length: > 0 } digits ? digits : "0";
        var octal = new StringBuilder();
        for (; !whole.IsZero; whole >>= 3) octal.Insert(0, (char)('0' + (int)(whole & 7)));
        return octal.Length > 0 ? octal.ToString() : "0";
    }

    private static string Real(double number, char conversion, int precision, bool keepsPoint)
    {
        if (!double.IsFinite(number)) return PythonRepr.Float(number);
        if (conversion == 'f') return number.ToString("F" + precision, CultureInfo.InvariantCulture) + (keepsPoint && precision == 0 ? "." : "");
        if (conversion == 'e') return Scientific(number, precision, keepsPoint);
        int digits = Math.Max(precision, 1), exponent = int.Parse(number.ToString("E" + (digits - 1), CultureInfo.InvariantCulture).Split('E')[1], CultureInfo.InvariantCulture);
        string shown = exponent < -4 || exponent >= digits ? Scientific(number, digits - 1, keepsPoint) : Real(number, 'f', digits - 1 - exponent, keepsPoint);
        if (keepsPoint || !shown.Contains('.')) return shown;
        string[] parts = shown.Split('e');
        parts[0] = parts[0].TrimEnd('0').TrimEnd('.');
        return string.Join('e', parts);
    }

    private static string Scientific(double number, int precision, bool keepsPoint)
    {
        string[] parts = number.ToString("E" + precision, CultureInfo.InvariantCulture).Split('E');
        int exponent = int.Parse(parts[1], CultureInfo.InvariantCulture);
        return $"{parts[0]}{(keepsPoint && precision == 0 ? "." : "")}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    private static string Character(object? value) => value switch
    {
        string text when PythonText.Length(text) == 1 => text,
        long or bool when PythonMath.ToLong(value) is >= 0 and <= 0x10FFFF and var code => code > 0xFFFF ? char.ConvertFromUtf32((int)code) : ((char)code).ToString(),
        Undefined undefined => throw undefined.Used(),
        _ => throw new JinjaException("%c requires int or char"),
    };

    private static string SignOf(bool isNegative, string flags) => isNegative ? "-" : flags.Contains('+') ? "+" : flags.Contains(' ') ? " " : "";

    private static void Pad(StringBuilder text, string sign, string shown, int width, string flags, char conversion)
    {
        int missing = Math.Max(0, width - sign.Length - PythonText.Length(shown));
        bool left = flags.Contains('-'), zeros = !left && flags.Contains('0') && conversion is not ('s' or 'r' or 'c');
        text.Append(' ', left || zeros ? 0 : missing).Append(sign).Append('0', zeros ? missing : 0).Append(shown).Append(' ', left ? missing : 0);
    }

    private static string Cut(string text, int? length) => length is { } most && PythonText.Length(text) > most ? text[..PythonText.Offset(text, most)] : text;
}
