using System.Text;
using System.Text.RegularExpressions;

namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>Filters that give texts.</summary>
internal static partial class TextFilters
{
    public static object? Trim(object? value, CallArguments arguments)
    {
        object? characters = arguments.Bind("trim", 0, "chars")[0];
        return PythonText.Trim(PythonRepr.Str(value), characters == CallArguments.Missing || characters is null ? null : PythonRepr.Str(characters), start: true, end: true);
    }

    public static object? Replace(object? value, CallArguments arguments, Budget budget)
    {
        object?[] bound = arguments.Bind("replace", 2, "old", "new", "count");
        long count = bound[2] == CallArguments.Missing || bound[2] is null ? -1 : PythonMath.ToLong(bound[2]);
        return StringMethods.Replace(PythonRepr.Str(value), PythonRepr.Str(bound[0]), PythonRepr.Str(bound[1]), count, budget);
    }

    public static object? Format(object? value, CallArguments arguments)
    {
        if (arguments.Positional.Count > 0 && arguments.Named.Count > 0) throw new JinjaException("can't handle positional and keyword arguments at the same time");
        var named = new JinjaDict();
        foreach ((string name, object? given) in arguments.Named) named.Set(name, given);
        return PercentFormat.Format(PythonRepr.Str(value), arguments.Named.Count > 0 ? named : arguments.Positional.ToArray());
    }

    public static object? Indent(object? value, CallArguments arguments)
    {
        object?[] bound = arguments.Bind("indent", 0, "width", "first", "blank");
        if (value is not string) throw value is Undefined undefined ? undefined.Used() : new JinjaException($"indent: expected a str, not '{PythonType.Of(value)}'");
        string indent = bound[0] is string given ? given : new string(' ', bound[0] == CallArguments.Missing ? 4 : (int)Math.Clamp(PythonMath.ToLong(bound[0]), 0, 1024));
        List<string> lines = PythonText.Lines((string)value + "\n");
        Budget.RequireRoom(((string)value).Length + ((long)lines.Count * indent.Length));
        var text = new StringBuilder(IsSet(bound[1]) ? indent : "").Append(lines[0]);
        foreach (string line in lines.Skip(1)) text.Append('\n').Append(line.Length > 0 || IsSet(bound[2]) ? indent : "").Append(line);
        return text.ToString();
    }

    public static object? Center(object? value, CallArguments arguments, Budget budget)
    {
        object? width = arguments.Bind("center", 0, "width")[0];
        return StringMethods.Find(PythonRepr.Str(value), "center", budget)!.Invoke(new CallArguments([width == CallArguments.Missing ? 80L : width], new Dictionary<string, object?>()));
    }

    public static object? Truncate(object? value, CallArguments arguments)
    {
        object?[] bound = arguments.Bind("truncate", 0, "length", "killwords", "end", "leeway");
        string end = bound[2] == CallArguments.Missing ? "..." : PythonRepr.Str(bound[2]);
        long length = bound[0] == CallArguments.Missing ? 255 : PythonMath.ToLong(bound[0]), leeway = bound[3] == CallArguments.Missing || bound[3] is null ? 5 : PythonMath.ToLong(bound[3]);
        int endLength = PythonText.Length(end);
        if (length < endLength || leeway < 0) throw new JinjaException("truncate: length and leeway are too small");
        int shown = PythonSequence.TryLength(value) ?? throw new JinjaException($"object of type '{PythonType.Of(value)}' has no len()");
        if (shown <= length + leeway) return value;
        if (value is not string text) throw new JinjaException($"truncate: expected a str, not '{PythonType.Of(value)}'");
        string cut = text[..PythonText.Offset(text, (int)(length - endLength))];
        if (IsSet(bound[1])) return cut + end;
        int space = cut.LastIndexOf(' ');
        return (space < 0 ? cut : cut[..space]) + end;
    }

    public static string Title(string text)
    {
        var titled = new StringBuilder(text.Length);
        int start = 0;
        foreach (ValueMatch between in BetweenWords().EnumerateMatches(text))
        {
            Word(start, between.Index);
            titled.Append(text, between.Index, between.Length);
            start = between.Index + between.Length;
        }

        Word(start, text.Length);
        return titled.ToString();

        void Word(int from, int to)
        {
            if (from == to) return;
            string word = text[from..to];
            int first = PythonText.Offset(word, 1);
            titled.Append(PythonCase.Upper(word[..first])).Append(PythonCase.Lower(word[first..]));
        }
    }

    public static long WordCount(string text)
    {
        long words = 0;
        bool inWord = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool isWord = rune.Value == '_' || Rune.IsLetter(rune) || Rune.IsNumber(rune);
            if (isWord && !inWord) words++;
            inWord = isWord;
        }

        return words;
    }

    public static string UrlEncode(object? value)
    {
        if (value is JinjaDict or List<object?>) throw new JinjaException("urlencode of anything but a text is not supported");
        return Uri.EscapeDataString(PythonRepr.Str(value)).Replace("%2F", "/", StringComparison.Ordinal);
    }

    private static bool IsSet(object? argument) => argument != CallArguments.Missing && PythonOrder.IsTrue(argument);

    [GeneratedRegex(@"[-\s\x1C-\x1F({\[<]+")]
    private static partial Regex BetweenWords();
}
