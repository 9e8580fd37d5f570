using System.Text;

namespace R1Pipeline.Data.Tokenizers;

/// <summary>
/// Cuts a text into the pieces inside which byte pairs are merged, as the pattern of Qwen2 and Llama 3 does: words with one leading character, digits,
/// punctuation runs, white space. Written out by hand because it is most of the time of tokenising; one pass, no backtracking.
/// </summary>
internal static class QwenPreTokenizer
{
    /// <summary>Qwen2's pattern, as <c>tokenizer.json</c> spells it: digits stand alone.</summary>
    public const string Pattern = Words + @"\p{N}" + Rest;

    /// <summary>Llama 3's: digits in groups of at most three.</summary>
    public const string DigitGroupsPattern = Words + @"\p{N}{1,3}" + Rest;

    private const string Words = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|";
    private const string Rest = @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private enum Kind
    {
        Letter,
        Number,
        Space,
        Other,
        End,
    }

    /// <summary>End of the piece that starts at <paramref name="start"/>. The alternatives are tried in the pattern's order.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where the piece starts.</param>
    /// <param name="maxDigits">Most digits of a piece.</param>
    public static int NextEnd(ReadOnlySpan<char> text, int start, int maxDigits = 1)
    {
        Kind kind = KindAt(text, start, out int width);
        char first = text[start];
        int next = start + width;

        if (first == '\'' && ContractionLength(text, next) is int length and > 0) return next + length;
        if (kind == Kind.Letter) return Run(text, start, Kind.Letter);
        bool leads = kind != Kind.Number && first is not ('\r' or '\n');
        if (leads && KindAt(text, next, out _) == Kind.Letter) return Run(text, next, Kind.Letter);
        if (kind == Kind.Number)
        {
            for (int digits = 1; digits < maxDigits && KindAt(text, next, out width) == Kind.Number; digits++) next += width;
            return next;
        }

        if (kind == Kind.Other) return NewLines(text, Run(text, start, Kind.Other));
        if (first == ' ' && KindAt(text, next, out _) == Kind.Other) return NewLines(text, Run(text, next, Kind.Other));

        int end = Run(text, start, Kind.Space);
        int lastNewLine = text[start..end].LastIndexOfAny('\r', '\n');
        if (lastNewLine >= 0) return start + lastNewLine + 1;
        // White space before a word leaves its last character to the word. All white space is one UTF-16 unit wide.
        return end == text.Length || end - start == 1 ? end : end - 1;
    }

    private static int ContractionLength(ReadOnlySpan<char> text, int at)
    {
        char first = at < text.Length ? Fold(text[at]) : '\0';
        char second = at + 1 < text.Length ? Fold(text[at + 1]) : '\0';
        return (first, second) switch
        {
            ('s' or 't' or 'm' or 'd', _) => 1,
            ('r' or 'v', 'e') or ('l', 'l') => 2,
            _ => 0,
        };
    }

    // U+017F (long s) is the one character outside ASCII that matches one of these letters in any case.
    private static char Fold(char c) => c == '\u017F' ? 's' : char.ToLowerInvariant(c);

    private static int Run(ReadOnlySpan<char> text, int at, Kind kind)
    {
        while (KindAt(text, at, out int width) == kind) at += width;
        return at;
    }

    private static int NewLines(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && text[at] is '\r' or '\n') at++;
        return at;
    }

    private static Kind KindAt(ReadOnlySpan<char> text, int at, out int width)
    {
        width = 1;
        if (at >= text.Length) return Kind.End;
        char c = text[at];
        if (char.IsAscii(c))
        {
            return char.IsAsciiLetter(c) ? Kind.Letter : char.IsAsciiDigit(c) ? Kind.Number : char.IsWhiteSpace(c) ? Kind.Space : Kind.Other;
        }

        if (Rune.DecodeFromUtf16(text[at..], out Rune rune, out width) != System.Buffers.OperationStatus.Done) return Kind.Other;
        return Rune.IsLetter(rune) ? Kind.Letter : Rune.IsNumber(rune) ? Kind.Number : Rune.IsWhiteSpace(rune) ? Kind.Space : Kind.Other;
    }
}
