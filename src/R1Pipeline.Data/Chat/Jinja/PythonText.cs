using System.Buffers;
using System.Text;

namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>Texts as Python sees them: sequences of characters, not of UTF-16 units, with Python's idea of white space and case.</summary>
internal static class PythonText
{
    // Texts are taken apart into millions of them.
    private static readonly string[] Short = [.. Enumerable.Range(0, 256).Select(c => ((char)c).ToString())];

    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    public static bool IsSpace(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (!IsSpace(c)) return false;
        }

        return true;
    }

    public static bool IsLineBreak(char c) => c is '\n' or '\r' or '\v' or '\f' or '\x1c' or '\x1d' or '\x1e' or '\x85' or '\u2028' or '\u2029';

    /// <summary>Without the characters of the set at its ends; null: without white space.</summary>
    public static string Trim(string text, string? set, bool start, bool end)
    {
        if (set is not null && (HasSurrogates(set) || HasSurrogates(text)))
        {
            string[] characters = Characters(text);
            HashSet<string> dropped = [.. Characters(set)];
            int first = 0, last = characters.Length;
            while (start && first < last && dropped.Contains(characters[first])) first++;
            while (end && last > first && dropped.Contains(characters[last - 1])) last--;
            return string.Concat(characters[first..last]);
        }

        SearchValues<char>? dropping = set is null ? null : SearchValues.Create(set);
        int from = 0, to = text.Length;
        while (start && from < to && Drops(text[from])) from++;
        while (end && to > from && Drops(text[to - 1])) to--;
        return text[from..to];

        bool Drops(char c) => dropping?.Contains(c) ?? IsSpace(c);
    }

    public static string TrimEnd(string text) => Trim(text, null, start: false, end: true);

    public static int Length(string text)
    {
        if (!HasSurrogates(text)) return text.Length;
        int length = 0;
        for (int at = 0; at < text.Length; at += Units(text, at)) length++;
        return length;
    }

    /// <summary>Where the character of that index begins, counted in UTF-16 units.</summary>
    public static int Offset(string text, int index)
    {
        if (!HasSurrogates(text)) return index;
        int at = 0;
        for (; index > 0 && at < text.Length; index--) at += Units(text, at);
        return at;
    }

    /// <summary>The characters of the text, each as a text.</summary>
    public static string[] Characters(string text)
    {
        string[] characters = new string[Length(text)];
        int count = 0;
        foreach (string character in EachCharacter(text)) characters[count++] = character;
        return characters;
    }

    /// <summary>The same, each when it is asked for.</summary>
    public static IEnumerable<string> EachCharacter(string text)
    {
        for (int at = 0, units; at < text.Length; at += units)
        {
            units = Units(text, at);
            yield return units == 1 && text[at] < Short.Length ? Short[text[at]] : text.Substring(at, units);
        }
    }

    /// <summary>The character that begins there.</summary>
    public static string CharacterAt(string text, int at) => text.Substring(at, Units(text, at));

    /// <summary>The character that ends there.</summary>
    public static string CharacterBefore(string text, int at) => at > 1 && Units(text, at - 2) == 2 ? text[(at - 2)..at] : text[(at - 1)..at];

    /// <summary>The characters from the last to the first.</summary>
    public static string Reversed(string text) => string.Create(text.Length, text, static (reversed, text) =>
    {
        for (int at = 0, units; at < text.Length; at += units)
        {
            units = Units(text, at);
            text.AsSpan(at, units).CopyTo(reversed[^(at + units)..]);
        }
    });

    /// <summary>Parts with a separator between them, refused before it is longer than a text may be.</summary>
    public static string Join(string separator, IEnumerable<string> parts)
    {
        var text = new StringBuilder();
        bool any = false;
        foreach (string part in parts)
        {
            Budget.RequireRoom((long)text.Length + separator.Length + part.Length);
            if (any) text.Append(separator);
            text.Append(part);
            any = true;
        }

        return text.ToString();
    }

    /// <summary>Order by character; UTF-16 units would put U+FFFD behind every emoji.</summary>
    public static int Compare(string left, string right)
    {
        for (int i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            if (left[i] == right[i]) continue;
            bool leftSurrogate = char.IsSurrogate(left[i]), rightSurrogate = char.IsSurrogate(right[i]);
            return leftSurrogate == rightSurrogate ? left[i].CompareTo(right[i]) : leftSurrogate ? 1 : -1;
        }

        return left.Length.CompareTo(right.Length);
    }

    /// <summary>Lines without their ends, or with them.</summary>
    public static List<string> Lines(string text, bool keepEnds = false)
    {
        var lines = new List<string>();
        for (int start = 0; start < text.Length;)
        {
            int end = start;
            while (end < text.Length && !IsLineBreak(text[end])) end++;
            int next = end;
            if (end < text.Length) next += text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? 2 : 1;
            lines.Add(text[start..(keepEnds ? next : end)]);
            start = next;
        }

        return lines;
    }

    private static int Units(string text, int at) => char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;

    private static bool HasSurrogates(string text) => text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') >= 0;
}
