using System.Buffers;
using System.Globalization;
using System.Text;

namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>
/// Upper, lower and title case as Python's <c>str</c> has them: Unicode's full mappings, where .NET has the simple ones that map one character to one, and a
/// sigma of its own at the end of a word. (The mappings stand in SpecialCasing.txt of the Unicode character database.)
/// </summary>
internal static class PythonCase
{
    private const string TitleDigraphs = "\u01C5\u01C8\u01CB";

    // A character and its upper case, which is longer than one or which .NET leaves out in every culture.
    private static readonly Dictionary<int, string> LongUpperCase = new[]
    {
        "\u00DFSS", "\u0131I", "\u0149\u02BCN", "\u017FS", "\u01F0J\u030C", "\u0390\u0399\u0308\u0301", "\u03B0\u03A5\u0308\u0301",
        "\u0587\u0535\u0552", "\u1E96H\u0331", "\u1E97T\u0308", "\u1E98W\u030A", "\u1E99Y\u030A", "\u1E9AA\u02BE", "\u1F50\u03A5\u0313",
        "\u1F52\u03A5\u0313\u0300", "\u1F54\u03A5\u0313\u0301", "\u1F56\u03A5\u0313\u0342", "\u1FB2\u1FBA\u0399", "\u1FB3\u0391\u0399",
        "\u1FB4\u0386\u0399", "\u1FB6\u0391\u0342", "\u1FB7\u0391\u0342\u0399", "\u1FBC\u0391\u0399", "\u1FC2\u1FCA\u0399", "\u1FC3\u0397\u0399",
        "\u1FC4\u0389\u0399", "\u1FC6\u0397\u0342", "\u1FC7\u0397\u0342\u0399", "\u1FCC\u0397\u0399", "\u1FD2\u0399\u0308\u0300",
        "\u1FD3\u0399\u0308\u0301", "\u1FD6\u0399\u0342", "\u1FD7\u0399\u0308\u0342", "\u1FE2\u03A5\u0308\u0300", "\u1FE3\u03A5\u0308\u0301",
        "\u1FE4\u03A1\u0313", "\u1FE6\u03A5\u0342", "\u1FE7\u03A5\u0308\u0342", "\u1FF2\u1FFA\u0399", "\u1FF3\u03A9\u0399", "\u1FF4\u038F\u0399",
        "\u1FF6\u03A9\u0342", "\u1FF7\u03A9\u0342\u0399", "\u1FFC\u03A9\u0399", "\uFB00FF", "\uFB01FI", "\uFB02FL", "\uFB03FFI", "\uFB04FFL",
        "\uFB05ST", "\uFB06ST", "\uFB13\u0544\u0546", "\uFB14\u0544\u0535", "\uFB15\u0544\u053B", "\uFB16\u054E\u0546", "\uFB17\u0544\u053D",
    }.ToDictionary(entry => (int)entry[0], entry => entry[1..]);

    private static readonly SearchValues<char> HaveLongUpperCase = SearchValues.Create([.. LongUpperCase.Keys.Select(code => (char)code), .. Enumerable.Range(0x1F80, 0x30).Select(code => (char)code)]);

    // Other_Uppercase and Other_Lowercase: letters by their use, but marks, numbers and symbols by their category.
    private static readonly (int First, int Last)[] MoreUpperCase = [(0x2160, 0x216F), (0x24B6, 0x24CF), (0x1F130, 0x1F149), (0x1F150, 0x1F169), (0x1F170, 0x1F189)];

    private static readonly (int First, int Last)[] MoreLowerCase =
    [
        (0x2B0, 0x2B8), (0x2C0, 0x2C1), (0x2E0, 0x2E4), (0x345, 0x345), (0x37A, 0x37A), (0x1D2C, 0x1D6A), (0x1D78, 0x1D78),
        (0x1D9B, 0x1DBF), (0x2071, 0x2071), (0x207F, 0x207F), (0x2090, 0x209C), (0x2170, 0x217F), (0x24D0, 0x24E9), (0x2C7C, 0x2C7D), (0xA69C, 0xA69D),
        (0xA770, 0xA770), (0xA7F8, 0xA7F9), (0xAB5C, 0xAB5F), (0x10780, 0x10780), (0x10783, 0x10785), (0x10787, 0x107B0), (0x107B2, 0x107BA),
    ];

    // Marks within a word that are of no category which says so: apostrophes, points and colons.
    private const string MoreIgnorable = "'.:\u00B7\u0387\u055F\u05F4\u2018\u2019\u2024\u2027\uFE13\uFE52\uFE55\uFF07\uFF0E\uFF1A";

    public static string Upper(string text)
    {
        if (!text.AsSpan().ContainsAny(HaveLongUpperCase)) return text.ToUpperInvariant();
        var result = new StringBuilder(text.Length);
        foreach (string character in PythonText.EachCharacter(text)) result.Append(UpperOf(character));
        return result.ToString();
    }

    public static string Lower(string text)
    {
        if (!text.AsSpan().ContainsAny('\u0130', '\u03A3')) return text.ToLowerInvariant();
        var result = new StringBuilder(text.Length);
        AppendLower(result, text, 0);
        return result.ToString();
    }

    /// <summary>The first character in title case, the rest in lower case.</summary>
    public static string Capitalize(string text)
    {
        if (text.Length == 0) return "";
        int first = PythonText.Offset(text, 1);
        var result = new StringBuilder(text.Length).Append(TitleOf(text[..first]));
        AppendLower(result, text, first);
        return result.ToString();
    }

    /// <summary>First letters of words in upper case, as <c>str.title</c>: a word is a run of letters that have a case.</summary>
    public static string TitleWords(string text)
    {
        var result = new StringBuilder(text.Length);
        bool inWord = false;
        int at = 0;
        foreach (string character in PythonText.EachCharacter(text))
        {
            result.Append(inWord ? LowerAt(text, at, character) : TitleOf(character));
            inWord = IsCased(RuneOf(character));
            at += character.Length;
        }

        return result.ToString();
    }

    public static string Swap(string text)
    {
        var result = new StringBuilder(text.Length);
        int at = 0;
        foreach (string character in PythonText.EachCharacter(text))
        {
            Rune rune = RuneOf(character);
            result.Append(IsUpperCase(rune) ? LowerAt(text, at, character) : IsLowerCase(rune) ? UpperOf(character) : character);
            at += character.Length;
        }

        return result.ToString();
    }

    /// <summary>Whether there is upper case and nothing else that has a case.</summary>
    public static bool IsUpper(string text) => IsOneCase(text, IsUpperCase);

    /// <summary>Whether there is lower case and nothing else that has a case.</summary>
    public static bool IsLower(string text) => IsOneCase(text, IsLowerCase);

    private static bool IsOneCase(string text, Func<Rune, bool> holds)
    {
        bool any = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (holds(rune)) any = true;
            else if (IsCased(rune)) return false;
        }

        return any;
    }

    private static void AppendLower(StringBuilder result, string text, int from)
    {
        for (int at = from; at < text.Length;)
        {
            string character = PythonText.CharacterAt(text, at);
            result.Append(LowerAt(text, at, character));
            at += character.Length;
        }
    }

    private static string LowerAt(string text, int at, string character) => character switch
    {
        "\u0130" => "i\u0307",
        "\u03A3" => EndsWord(text, at) ? "\u03C2" : "\u03C3",
        _ => character.ToLowerInvariant(),
    };

    // What is ignored between letters belongs to two sides at most, so a text is read twice.
    private static bool EndsWord(string text, int sigma)
    {
        int before = sigma, after = sigma + 1;
        while (before > 0 && IsIgnorable(RuneOf(PythonText.CharacterBefore(text, before)))) before -= PythonText.CharacterBefore(text, before).Length;
        while (after < text.Length && IsIgnorable(RuneOf(PythonText.CharacterAt(text, after)))) after += PythonText.CharacterAt(text, after).Length;
        return before > 0 && IsCased(RuneOf(PythonText.CharacterBefore(text, before))) && (after == text.Length || !IsCased(RuneOf(PythonText.CharacterAt(text, after))));
    }

    private static string UpperOf(string character)
    {
        int code = RuneOf(character).Value;
        return code is >= 0x1F80 and <= 0x1FAF ? $"{(char)(IotaCapitals(code) + (code & 7))}\u0399"
            : LongUpperCase.TryGetValue(code, out string? upper) ? upper : character.ToUpperInvariant();
    }

    private static string TitleOf(string character)
    {
        int code = RuneOf(character).Value;
        switch (code)
        {
            case >= 0x1F80 and <= 0x1FAF:
                return ((char)(code | 8)).ToString();
            case 0x1FB3 or 0x1FC3 or 0x1FF3:
                return ((char)(code + 9)).ToString();
            case 0x1FBC or 0x1FCC or 0x1FFC or (>= 0x10D0 and <= 0x10FA) or (>= 0x10FD and <= 0x10FF):
                return character;
            case >= 0x1C4 and <= 0x1CC:
                return TitleDigraphs[(code - 0x1C4) / 3].ToString();
            case >= 0x1F1 and <= 0x1F3:
                return "\u01F2";
        }

        string upper = UpperOf(character);
        return upper.Length == 1 || char.IsSurrogate(upper[0]) || code == 0x149 ? upper
            : upper[^1] == '\u0399' ? upper[..^1] + '\u0345' : upper[..1] + Lower(upper[1..]);
    }

    private static int IotaCapitals(int code) => (code >> 4) switch { 0x1F8 => 0x1F08, 0x1F9 => 0x1F28, _ => 0x1F68 };

    private static bool IsUpperCase(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter => true,
        UnicodeCategory.LetterNumber or UnicodeCategory.OtherSymbol => IsIn(MoreUpperCase, rune),
        _ => false,
    };

    private static bool IsLowerCase(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.LowercaseLetter => true,
        UnicodeCategory.ModifierLetter or UnicodeCategory.NonSpacingMark or UnicodeCategory.LetterNumber or UnicodeCategory.OtherSymbol => IsIn(MoreLowerCase, rune),
        UnicodeCategory.OtherLetter => rune.Value is 0xAA or 0xBA,
        _ => false,
    };

    private static bool IsCased(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.TitlecaseLetter || IsUpperCase(rune) || IsLowerCase(rune);

    private static bool IsIgnorable(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol
        || (rune.IsBmp && MoreIgnorable.Contains((char)rune.Value));

    private static bool IsIn((int First, int Last)[] ranges, Rune rune)
    {
        foreach ((int first, int last) in ranges)
        {
            if (rune.Value >= first && rune.Value <= last) return true;
        }

        return false;
    }

    // Half of a character counts as the replacement character: it has no case.
    private static Rune RuneOf(string character) => Rune.TryGetRuneAt(character, 0, out Rune rune) ? rune : Rune.ReplacementChar;
}
