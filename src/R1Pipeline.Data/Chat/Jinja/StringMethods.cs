using System.Globalization;
using System.Text;

namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>The methods of Python's <c>str</c>.</summary>
internal static class StringMethods
{
    private static readonly HashSet<string> Unsupported = ["casefold", "encode", "expandtabs", "format", "format_map", "isidentifier", "isprintable", "istitle", "maketrans", "translate"];

    // Letters to .NET, with a numeric value in Unihan.
    private const string HanNumbers = "㐅㒃㠪㭍一七万三九二五亖亿什仟仨伍佰億兆兩八六十千卄卅卌叁参參叄四壱壹幺廾廿弌弍弎弐拾捌柒漆玖百肆萬貮貳贰阡陆陌陸零\uF96B\uF973\uF978\uF9B2\uF9D1\uF9D3\uF9FD\U00020001\U00020064\U000200E2\U00020121\U0002092A\U00020983\U0002098C\U0002099C\U00020AEA\U00020AFD\U00020B19\U00022390\U00022998\U00023B1B\U0002626D\U0002F890";

    /// <summary>The method; null: there is none of that name.</summary>
    public static JinjaFunction? Find(string text, string name, Budget budget)
    {
        if (Unsupported.Contains(name)) throw new JinjaException($"the method str.{name} is not supported");
        Func<CallArguments, object?>? method = name switch
        {
            "strip" => arguments => Trim(text, arguments, name, true, true),
            "lstrip" => arguments => Trim(text, arguments, name, true, false),
            "rstrip" => arguments => Trim(text, arguments, name, false, true),
            "startswith" => arguments => Affix(text, arguments, name, static (text, part) => text.StartsWith(part, StringComparison.Ordinal)),
            "endswith" => arguments => Affix(text, arguments, name, static (text, part) => text.EndsWith(part, StringComparison.Ordinal)),
            "split" => arguments => Split(text, arguments, name, fromRight: false, budget),
            "rsplit" => arguments => Split(text, arguments, name, fromRight: true, budget),
            "splitlines" => arguments =>
            {
                object?[] bound = arguments.Bind(name, 0, "keepends");
                return PythonText.Lines(text, bound[0] != CallArguments.Missing && PythonOrder.IsTrue(bound[0])).ToList<object?>();
            }
            ,
            "replace" => arguments =>
            {
                object?[] bound = arguments.Bind(name, 2, "old", "new", "count");
                return Replace(text, String(bound[0], name), String(bound[1], name), bound[2] == CallArguments.Missing ? -1 : PythonMath.ToLong(bound[2]), budget);
            }
            ,
            "join" => arguments => PythonText.Join(text, budget.Counted(PythonSequence.Items(arguments.Bind(name, 1, "iterable")[0])).Select(item => String(item, name))),
            "find" or "index" or "rfind" or "rindex" => arguments => IndexOf(text, arguments, name, budget),
            "count" => arguments => Count(text, arguments, name, budget),
            "partition" or "rpartition" => arguments => Partition(text, String(arguments.Bind(name, 1, "sep")[0], name), name[0] == 'r', budget),
            "removeprefix" => arguments => String(arguments.Bind(name, 1, "prefix")[0], name) is var prefix && text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text,
            "removesuffix" => arguments => String(arguments.Bind(name, 1, "suffix")[0], name) is var suffix && text.EndsWith(suffix, StringComparison.Ordinal) ? text[..^suffix.Length] : text,
            "ljust" or "rjust" or "center" or "zfill" => arguments => Pad(text, arguments, name),
            "lower" => _ => PythonCase.Lower(text),
            "upper" => _ => PythonCase.Upper(text),
            "title" => _ => PythonCase.TitleWords(Slowly(text, budget)),
            "capitalize" => _ => PythonCase.Capitalize(text),
            "swapcase" => _ => PythonCase.Swap(Slowly(text, budget)),
            "islower" => _ => PythonCase.IsLower(text),
            "isupper" => _ => PythonCase.IsUpper(text),
            "isspace" => _ => text.Length > 0 && PythonText.IsSpace(text),
            "isascii" => _ => text.All(char.IsAscii),
            "isalpha" => _ => All(text, Rune.IsLetter),
            "isalnum" => _ => All(text, rune => Rune.IsLetter(rune) || Rune.IsNumber(rune)),
            "isdecimal" => _ => All(text, Rune.IsDigit),
            "isdigit" => _ => All(text, rune => CharUnicodeInfo.GetDigitValue(rune.ToString(), 0) >= 0),
            "isnumeric" => _ => All(text, rune => Rune.IsNumber(rune) || HanNumbers.Contains(rune.ToString(), StringComparison.Ordinal)),
            _ => null,
        };
        return method is null ? null : new JinjaFunction(name, method) { Text = text };
    }

    /// <summary>Replaces the first <paramref name="count"/> occurrences; all when it is negative.</summary>
    public static string Replace(string text, string old, string with, long count, Budget budget)
    {
        budget.Search(text, old);
        long places = old.Length == 0 ? text.Length + 1L : text.AsSpan().Count(old);
        Budget.RequireRoom(text.Length + (count < 0 ? places : Math.Min(places, count)) * with.Length);
        if (count < 0 && old.Length > 0) return text.Replace(old, with, StringComparison.Ordinal);
        var result = new StringBuilder(text.Length);
        int at = 0;
        if (old.Length == 0)
        {
            // Between all characters, as Python has it.
            foreach (string character in PythonText.Characters(text))
            {
                if (count-- != 0) result.Append(with);
                else count = 0;
                result.Append(character);
            }

            return count != 0 ? result.Append(with).ToString() : result.ToString();
        }

        for (int found; count-- > 0 && (found = text.IndexOf(old, at, StringComparison.Ordinal)) >= 0; at = found + old.Length) result.Append(text, at, found - at).Append(with);
        return result.Append(text, at, text.Length - at).ToString();
    }

    // It is taken apart.
    private static string Slowly(string text, Budget budget)
    {
        budget.Work(text.Length / 2);
        return text;
    }

    private static string Trim(string text, CallArguments arguments, string name, bool start, bool end)
    {
        object? characters = arguments.Bind(name, 0, "chars")[0];
        return PythonText.Trim(text, characters == CallArguments.Missing || characters is null ? null : String(characters, name), start, end);
    }

    private static bool Affix(string text, CallArguments arguments, string name, Func<string, string, bool> holds)
    {
        object?[] bound = arguments.Bind(name, 1, "affix", "start", "end");
        (string? part, _) = Between(text, bound[1], bound[2]);
        if (part is null) return false;
        return bound[0] is object?[] any ? any.Any(affix => holds(part, String(affix, name))) : holds(part, String(bound[0], name));
    }

    private static List<object?> Split(string text, CallArguments arguments, string name, bool fromRight, Budget budget)
    {
        object?[] bound = arguments.Bind(name, 0, "sep", "maxsplit");
        long most = bound[1] == CallArguments.Missing ? -1 : PythonMath.ToLong(bound[1]);
        if (Given(bound[0]) is { } separator) return SplitAt(text, String(separator, name), most, fromRight, budget);
        return SplitAtSpace(text, most, fromRight);
    }

    private static List<object?> SplitAt(string text, string separator, long most, bool fromRight, Budget budget)
    {
        if (separator.Length == 0) throw new JinjaException("empty separator");
        budget.Search(text, separator);
        if (most < 0) return text.Split(separator).ToList<object?>();
        var parts = new List<object?>();
        if (fromRight)
        {
            int end = text.Length;
            for (int found; most-- > 0 && end > 0 && (found = text.AsSpan(0, end).LastIndexOf(separator)) >= 0; end = found) parts.Add(text[(found + separator.Length)..end]);
            parts.Add(text[..end]);
            parts.Reverse();
            return parts;
        }

        int start = 0;
        for (int found; most-- > 0 && (found = text.IndexOf(separator, start, StringComparison.Ordinal)) >= 0; start = found + separator.Length) parts.Add(text[start..found]);
        parts.Add(text[start..]);
        return parts;
    }

    private static List<object?> SplitAtSpace(string text, long most, bool fromRight)
    {
        var words = new List<object?>();
        // The far end goes only where splitting reaches it: 'a b '.split(none, 1) leaves 'b '.
        string rest = PythonText.Trim(text, null, start: most < 0 || !fromRight, end: most < 0 || fromRight);
        int start = 0, end = rest.Length;
        while (start < end)
        {
            int cut = most-- == 0 ? -1 : fromRight ? LastSpace(rest, start, end) : FirstSpace(rest, start, end);
            words.Add(cut < 0 ? rest[start..end] : fromRight ? rest[(cut + 1)..end] : rest[start..cut]);
            if (cut < 0) break;
            if (fromRight) end = cut;
            else start = cut;
            while (start < end && PythonText.IsSpace(rest[fromRight ? end - 1 : start]))
            {
                if (fromRight) end--;
                else start++;
            }
        }

        if (fromRight) words.Reverse();
        return words;
    }

    private static int FirstSpace(string text, int start, int end)
    {
        while (start < end && !PythonText.IsSpace(text[start])) start++;
        return start < end ? start : -1;
    }

    private static int LastSpace(string text, int start, int end)
    {
        while (end > start && !PythonText.IsSpace(text[end - 1])) end--;
        return end > start ? end - 1 : -1;
    }

    private static long IndexOf(string text, CallArguments arguments, string name, Budget budget)
    {
        object?[] bound = arguments.Bind(name, 1, "sub", "start", "end");
        string wanted = String(bound[0], name);
        budget.Search(text, wanted);
        (string? part, long from) = Between(text, bound[1], bound[2]);
        int found = part is null ? -1 : name[0] == 'r' ? part.AsSpan().LastIndexOf(wanted) : part.AsSpan().IndexOf(wanted);
        if (found < 0) return name.EndsWith("index", StringComparison.Ordinal) ? throw new JinjaException("substring not found") : -1;
        return from + PythonText.Length(part![..found]);
    }

    private static long Count(string text, CallArguments arguments, string name, Budget budget)
    {
        object?[] bound = arguments.Bind(name, 1, "sub", "start", "end");
        string wanted = String(bound[0], name);
        budget.Search(text, wanted);
        (string? part, _) = Between(text, bound[1], bound[2]);
        if (part is null) return 0;
        return wanted.Length == 0 ? PythonText.Length(part) + 1 : part.AsSpan().Count(wanted);
    }

    /// <summary>What stands between two indices, and the first of them; null: they lie so that not even an empty text stands there.</summary>
    private static (string? Part, long From) Between(string text, object? start, object? end)
    {
        if (Given(start) is null && Given(end) is null) return (text, 0);
        int length = PythonText.Length(text);
        long from = Index(Given(start), 0), to = Math.Min(Index(Given(end), length), length);
        return from > to ? (null, from) : (text[PythonText.Offset(text, (int)from)..PythonText.Offset(text, (int)to)], from);

        long Index(object? given, long otherwise)
        {
            if (given is null) return otherwise;
            long at = PythonMath.ToLong(given);
            return at < 0 ? Math.Max(0, at + length) : at;
        }
    }

    private static object?[] Partition(string text, string separator, bool fromRight, Budget budget)
    {
        if (separator.Length == 0) throw new JinjaException("empty separator");
        budget.Search(text, separator);
        int found = fromRight ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        if (found < 0) return fromRight ? ["", "", text] : [text, "", ""];
        return [text[..found], separator, text[(found + separator.Length)..]];
    }

    private static string Pad(string text, CallArguments arguments, string name)
    {
        object?[] bound = name == "zfill" ? arguments.Bind(name, 1, "width") : arguments.Bind(name, 1, "width", "fillchar");
        long width = PythonMath.ToLong(bound[0]);
        if (width > 1 << 20) throw new JinjaException($"{name} to {width} characters is not supported");
        int missing = (int)Math.Max(0, width - PythonText.Length(text));
        string fill = name == "zfill" ? "0" : bound[1] == CallArguments.Missing ? " " : String(bound[1], name);
        if (PythonText.Length(fill) != 1) throw new JinjaException("the fill character must be exactly one character long");
        string Fill(int count) => string.Concat(Enumerable.Repeat(fill, count));
        if (name == "zfill" && text.Length > 0 && text[0] is '+' or '-') return text[0] + Fill(missing) + text[1..];
        // An odd rest goes left when the width is odd, as in CPython.
        int left = (missing / 2) + (missing & (int)width & 1);
        return name switch
        {
            "ljust" => text + Fill(missing),
            "center" => Fill(left) + text + Fill(missing - left),
            _ => Fill(missing) + text,
        };
    }

    private static bool All(string text, Func<Rune, bool> holds) => text.Length > 0 && text.EnumerateRunes().All(holds);

    private static object? Given(object? argument) => argument == CallArguments.Missing ? null : argument;

    private static string String(object? value, string method) => value as string ?? throw new JinjaException($"{method}: expected a str, not '{PythonType.Of(value)}'");
}
