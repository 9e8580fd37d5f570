using System.Globalization;
using System.Text;

namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>Python's <c>'…' % values</c>: the conversions s, r, d, i, f, x and %, with width, precision and the flags 0 and -.</summary>
internal static class PercentFormat
{
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
            object? value = CallArguments.Missing;
            if (format[i] == '(')
            {
                int close = format.IndexOf(')', i);
                if (close < 0 || values is not JinjaDict named) throw new JinjaException("format requires a mapping");
                if (!named.TryGet(format[(i + 1)..close], out value)) throw new JinjaException($"the mapping of the format has no '{format[(i + 1)..close]}'");
                byName = true;
                i = close + 1;
            }

            int flags = i;
            while (i < format.Length && format[i] is '0' or '-') i++;
            bool zero = format[flags..i].Contains('0'), left = format[flags..i].Contains('-');
            int width = Number(format, ref i) ?? 0;
            int? precision = i < format.Length && format[i] == '.' ? Precision(format, ref i) : null;
            if (i >= format.Length) throw new JinjaException("incomplete format");
            if (format[i] == '%')
            {
                text.Append('%');
                continue;
            }

            if (value == CallArguments.Missing) value = used < positional.Length ? positional[used++] : throw new JinjaException("not enough arguments for format string");
            string shown = Convert(format[i], value, precision);
            Budget.RequireRoom((long)text.Length + Math.Max(shown.Length, width));
            text.Append(Padded(shown, width, left, zero && format[i] is 'd' or 'i' or 'f' or 'x'));
        }

        // Whatever can be subscripted may be a mapping of which no name was asked.
        bool all = byName || used == positional.Length || values is JinjaDict or List<object?> or JinjaRange or Undefined;
        return all ? text.ToString() : throw new JinjaException("not all arguments converted during string formatting");
    }

    private static string Convert(char conversion, object? value, int? precision) => conversion switch
    {
        's' => Cut(PythonRepr.Str(value), precision),
        'r' => Cut(PythonRepr.Repr(value), precision),
        'd' or 'i' => (value is double number ? (long)Math.Truncate(number) : PythonMath.ToLong(value)).ToString(CultureInfo.InvariantCulture),
        'f' => PythonMath.ToDouble(value).ToString("F" + (precision ?? 6), CultureInfo.InvariantCulture),
        'x' => PythonMath.ToLong(value) is var whole && whole < 0 ? "-" + (-whole).ToString("x", CultureInfo.InvariantCulture) : whole.ToString("x", CultureInfo.InvariantCulture),
        _ => throw new JinjaException($"the format %{conversion} is not supported"),
    };

    private static string Padded(string shown, int width, bool left, bool zero)
    {
        int missing = width - PythonText.Length(shown);
        if (missing <= 0) return shown;
        if (left) return shown + new string(' ', missing);
        if (!zero) return new string(' ', missing) + shown;
        return shown[0] == '-' ? "-" + new string('0', missing) + shown[1..] : new string('0', missing) + shown;
    }

    private static string Cut(string text, int? length) => length is { } most && PythonText.Length(text) > most ? text[..PythonText.Offset(text, most)] : text;

    private static int Precision(string format, ref int at)
    {
        at++;
        return Number(format, ref at) ?? 0;
    }

    private static int? Number(string format, ref int at)
    {
        int start = at;
        while (at < format.Length && char.IsAsciiDigit(format[at])) at++;
        if (at == start) return null;
        return int.TryParse(format.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= MaxWidth
            ? number
            : throw new JinjaException($"a width or precision of {format[start..at]} is not supported");
    }
}
