using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>Values as text: <c>str(value)</c> for output, <c>repr(value)</c> for what stands inside lists and dicts.</summary>
internal static class PythonRepr
{
    public static string Str(object? value) => value switch
    {
        string text => text,
        Undefined => "",
        _ => Repr(value),
    };

    public static string Repr(object? value)
    {
        if (value is string plain) return Quoted(plain);
        var text = new StringBuilder();
        Write(value, text);
        return text.ToString();
    }

    private static void Write(object? value, StringBuilder text)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        Budget.RequireRoom(text.Length);                            // lists that share their items show them again and again
        switch (value)
        {
            case List<object?> list:
                WriteItems("[", list, "]", text);
                break;
            case object?[] tuple:
                WriteItems("(", tuple, tuple.Length == 1 ? ",)" : ")", text);
                break;
            case JinjaDict dict:
                WriteEntries("{", dict.Items.Cast<object?[]>(), "}", text);
                break;
            case DictView view:
                WriteItems($"{view.Kind}([", view.Items(), "])", text);
                break;
            case Namespace space:
                WriteEntries("<Namespace {", space.Attributes.Select(attribute => new object?[] { attribute.Key, attribute.Value }), "}>", text);
                break;
            default:
                text.Append(Scalar(value));
                break;
        }
    }

    private static string Scalar(object? value) => value switch
    {
        null => "None",
        bool flag => flag ? "True" : "False",
        long whole => whole.ToString(CultureInfo.InvariantCulture),
        BigInteger whole => whole.ToString(CultureInfo.InvariantCulture),
        double number => Float(number),
        string text => Quoted(text),
        Undefined => "Undefined",
        LoopState loop => $"<LoopContext {loop.Index + 1}/{loop.Length}>",
        JinjaFunction { Shown: { } shown } => shown,
        JinjaRange range => $"range({range.Start}, {range.Stop}{(range.Step == 1 ? "" : $", {range.Step}")})",
        _ => throw new JinjaException($"a {PythonType.Of(value)} has no text that would be the same elsewhere"),
    };

    private static void WriteItems(string open, IEnumerable<object?> items, string close, StringBuilder text)
    {
        text.Append(open);
        bool any = false;
        foreach (object? item in items)
        {
            if (any) text.Append(", ");
            Write(item, text);
            any = true;
        }

        text.Append(close);
    }

    private static void WriteEntries(string open, IEnumerable<object?[]> entries, string close, StringBuilder text)
    {
        text.Append(open);
        bool any = false;
        foreach (object?[] entry in entries)
        {
            if (any) text.Append(", ");
            Write(entry[0], text);
            text.Append(": ");
            Write(entry[1], text);
            any = true;
        }

        text.Append(close);
    }

    /// <summary>The shortest decimal that reads back as the same number, in Python's form.</summary>
    public static string Float(double value)
    {
        if (double.IsNaN(value)) return "nan";
        if (double.IsInfinity(value)) return value > 0 ? "inf" : "-inf";
        string scientific = value.ToString("E16", CultureInfo.InvariantCulture);
        string shortest = value.ToString("R", CultureInfo.InvariantCulture);
        int exponent = value == 0 ? 0 : int.Parse(Shortest(shortest, scientific).Exponent, CultureInfo.InvariantCulture);
        string digits = Shortest(shortest, scientific).Digits;
        string sign = double.IsNegative(value) ? "-" : "";
        if (exponent is < -4 or >= 16)
        {
            string mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}";
            return $"{sign}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        if (exponent < 0) return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        string padded = digits.PadRight(exponent + 1, '0');
        return $"{sign}{padded[..(exponent + 1)]}.{(padded.Length > exponent + 1 ? padded[(exponent + 1)..] : "0")}";
    }

    /// <summary>Significant digits and decimal exponent of a shortest round-trip text.</summary>
    private static (string Digits, string Exponent) Shortest(string shortest, string scientific)
    {
        string mantissa = shortest.TrimStart('-').Split('E')[0].Replace(".", "", StringComparison.Ordinal).TrimStart('0').TrimEnd('0');
        int exponent = int.Parse(scientific[(scientific.IndexOf('E') + 1)..], CultureInfo.InvariantCulture);
        // The sixteen digits may round up to the next power of ten; the shortest text tells.
        if (shortest.Contains('E')) exponent = int.Parse(shortest[(shortest.IndexOf('E') + 1)..], CultureInfo.InvariantCulture);
        else if (shortest.TrimStart('-') is var plain && plain.Length > 0 && plain[0] != '0') exponent = plain.Split('.')[0].Length - 1;
        return (mantissa.Length == 0 ? "0" : mantissa, exponent.ToString(CultureInfo.InvariantCulture));
    }

    private static string Quoted(string text)
    {
        char quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        var result = new StringBuilder(text.Length + 2).Append(quote);
        foreach (string character in PythonText.EachCharacter(text))
        {
            char c = character[0];
            if (c == quote || c == '\\') result.Append('\\').Append(c);
            else if (c is '\n' or '\r' or '\t') result.Append('\\').Append(c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
            else if (IsPrintable(character)) result.Append(character);
            else if (character.Length == 2) result.Append(CultureInfo.InvariantCulture, $@"\U{char.ConvertToUtf32(character, 0):x8}");
            else if (c <= 0xFF) result.Append(CultureInfo.InvariantCulture, $@"\x{(int)c:x2}");
            else result.Append(CultureInfo.InvariantCulture, $@"\u{(int)c:x4}");
        }

        return result.Append(quote).ToString();
    }

    private static bool IsPrintable(string character) => character == " " || CharUnicodeInfo.GetUnicodeCategory(character, 0) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
}
