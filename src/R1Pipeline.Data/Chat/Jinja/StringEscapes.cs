using System.Globalization;
using System.Text;

namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>Backslash escapes of a string literal, as Python's: an unknown one stays as it is written.</summary>
internal static class StringEscapes
{
    public static string Unescape(string text, int line)
    {
        if (!text.Contains('\\')) return text;
        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                result.Append(text[i]);
                continue;
            }

            char c = ++i < text.Length ? text[i] : throw new JinjaException("a string ends with a lone backslash", line);
            switch (c)
            {
                case '\n': break;
                case '\\' or '\'' or '"': result.Append(c); break;
                case 'a': result.Append('\a'); break;
                case 'b': result.Append('\b'); break;
                case 'f': result.Append('\f'); break;
                case 'n': result.Append('\n'); break;
                case 'r': result.Append('\r'); break;
                case 't': result.Append('\t'); break;
                case 'v': result.Append('\v'); break;
                case 'x': Append(result, text, ref i, 2, line); break;
                case 'u': Append(result, text, ref i, 4, line); break;
                case 'U': Append(result, text, ref i, 8, line); break;
                case 'N': throw new JinjaException(@"the escape \N{…} is not supported", line);
                case >= '0' and <= '7':
                    int length = 1;
                    while (length < 3 && i + length < text.Length && text[i + length] is >= '0' and <= '7') length++;
                    result.Append((char)Convert.ToInt32(text.Substring(i, length), 8));
                    i += length - 1;
                    break;
                default: result.Append('\\').Append(c); break;
            }
        }

        return result.ToString();
    }

    private static void Append(StringBuilder result, string text, ref int at, int digits, int line)
    {
        if (at + digits >= text.Length || !uint.TryParse(text.AsSpan(at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value) || value > 0x10FFFF)
            throw new JinjaException($@"\{text[at]} needs {digits} hexadecimal digits of a character", line);
        at += digits;
        if (value > 0xFFFF) result.Append(char.ConvertFromUtf32((int)value));
        else result.Append((char)value);
    }
}
