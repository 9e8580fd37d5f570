using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>JSON into values and back: <c>json.loads</c>, and <c>json.dumps</c> as chat templates' <c>tojson</c> calls it.</summary>
internal static class PythonJson
{
    public static object? Read(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var dict = new JinjaDict();
                foreach (JsonProperty property in element.EnumerateObject()) dict.Set(property.Name, Read(property.Value));
                return dict;
            case JsonValueKind.Array:
                return element.EnumerateArray().Select(Read).ToList();
            case JsonValueKind.String:
                return element.GetString();
            case JsonValueKind.Number:
                string text = element.GetRawText();
                if (text.AsSpan().IndexOfAny('.', 'e', 'E') >= 0) return double.Parse(text, CultureInfo.InvariantCulture);
                return long.TryParse(text, CultureInfo.InvariantCulture, out long whole) ? (object)whole : BigInteger.Parse(text, CultureInfo.InvariantCulture);
            case JsonValueKind.True or JsonValueKind.False:
                return element.GetBoolean();
            default:
                return null;
        }
    }

    /// <summary><c>tojson</c> with its arguments.</summary>
    public static string Write(object? value, CallArguments arguments, Budget budget)
    {
        object?[] bound = arguments.Bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys");
        string? indent = bound[1] switch
        {
            null => null,
            string text => text,
            object missing when missing == CallArguments.Missing => null,
            object count => new string(' ', (int)Math.Clamp(PythonMath.ToLong(count), 0, 1024)),
        };
        (string item, string key) = bound[2] is object?[] { Length: 2 } or List<object?> { Count: 2 }
            ? (PythonRepr.Str(((IReadOnlyList<object?>)bound[2]!)[0]), PythonRepr.Str(((IReadOnlyList<object?>)bound[2]!)[1]))
            : (indent is null ? ", " : ",", ": ");
        var writer = new Writer(IsSet(bound[0]), indent, item, key, IsSet(bound[3]), budget);
        writer.Write(value, "\n");
        return writer.Text.ToString();

        static bool IsSet(object? argument) => argument != CallArguments.Missing && PythonOrder.IsTrue(argument);
    }

    private sealed class Writer(bool ascii, string? indent, string itemSeparator, string keySeparator, bool sortsKeys, Budget budget)
    {
        public StringBuilder Text { get; } = new();

        public void Write(object? value, string newLine)
        {
            RuntimeHelpers.EnsureSufficientExecutionStack();
            Budget.RequireRoom(Text.Length);                        // lists that share their items write them again and again
            switch (value)
            {
                case null:
                    Text.Append("null");
                    break;
                case bool flag:
                    Text.Append(flag ? "true" : "false");
                    break;
                case double number:
                    Text.Append(Number(number));
                    break;
                case long or BigInteger:
                    Text.Append(PythonRepr.Repr(value));
                    break;
                case string text:
                    WriteString(text);
                    break;
                case List<object?> list:
                    WriteItems('[', ']', list, newLine, (item, inner) => Write(item, inner));
                    break;
                case object?[] tuple:
                    WriteItems('[', ']', tuple, newLine, (item, inner) => Write(item, inner));
                    break;
                case JinjaDict dict:
                    List<object?[]> entries = [.. dict.Items.Cast<object?[]>()];
                    if (sortsKeys) entries = PythonOrder.Sorted(entries, entry => entry[0], reverse: false, budget);
                    WriteItems('{', '}', entries, newLine, (entry, inner) =>
                    {
                        WriteString(Key(((object?[])entry!)[0]));
                        Text.Append(keySeparator);
                        Write(((object?[])entry)[1], inner);
                    });
                    break;
                default:
                    throw new JinjaException($"Object of type {PythonType.Of(value)} is not JSON serializable");
            }
        }

        private void WriteItems(char open, char close, IReadOnlyList<object?> items, string newLine, Action<object?, string> write)
        {
            Text.Append(open);
            string inner = newLine + indent;
            for (int i = 0; i < items.Count; i++)
            {
                if (i > 0) Text.Append(itemSeparator);
                if (indent is not null) Text.Append(inner);
                write(items[i], inner);
            }

            if (indent is not null && items.Count > 0) Text.Append(newLine);
            Text.Append(close);
        }

        private static string Key(object? key) => key switch
        {
            string text => text,
            null => "null",
            bool flag => flag ? "true" : "false",
            double number => Number(number),
            long => PythonRepr.Repr(key),
            _ => throw new JinjaException($"keys must be str, int, float, bool or None, not {PythonType.Of(key)}"),
        };

        private static string Number(double number) =>
            double.IsNaN(number) ? "NaN" : double.IsInfinity(number) ? (number > 0 ? "Infinity" : "-Infinity") : PythonRepr.Float(number);

        private void WriteString(string text)
        {
            Text.Append('"');
            foreach (char c in text)
            {
                switch (c)
                {
                    case '"': Text.Append("\\\""); break;
                    case '\\': Text.Append(@"\\"); break;
                    case '\n': Text.Append(@"\n"); break;
                    case '\r': Text.Append(@"\r"); break;
                    case '\t': Text.Append(@"\t"); break;
                    case '\f': Text.Append(@"\f"); break;
                    case '\b': Text.Append(@"\b"); break;
                    case < ' ': Text.Append(CultureInfo.InvariantCulture, $@"\u{(int)c:x4}"); break;
                    default:
                        if (ascii && c > '~') Text.Append(CultureInfo.InvariantCulture, $@"\u{(int)c:x4}");
                        else Text.Append(c);
                        break;
                }
            }

            Text.Append('"');
        }
    }
}
