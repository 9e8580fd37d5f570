using System.Buffers;
using System.Text.RegularExpressions;

namespace R1Pipeline.Rewards.Tasks.Instructions;

/// <summary>Words, sentences and paragraphs of a response.</summary>
internal static class ResponseText
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    private static readonly SearchValues<char> EndOfFirstWord = SearchValues.Create(".,?!'\"");
    private static readonly Regex Word = new(@"\w+", Linear);
    private static readonly Regex Token = new(@"[\p{L}\p{N}](?:[\p{L}\p{N}'’-]*[\p{L}\p{N}])?", Linear);
    private static readonly Regex Sentence = new(@"[.!?。！？…]+[""'”’)\]]*(?:\s|\z)|[。！？]", Linear);
    private static readonly Regex Stars = new(@"\s?\*\*\*\s?", Linear);
    private static readonly HashSet<string> Abbreviations = new(["mr", "mrs", "ms", "dr", "prof", "st", "vs", "etc", "jr", "sr", "e.g", "i.e", "inc", "ltd", "no", "p.s", "u.s", "a.m", "p.m"], StringComparer.OrdinalIgnoreCase);

    public static int NumWords(string text) => Word.Count(text);

    /// <summary>Words without a small letter and with a capital one.</summary>
    public static int NumCapitalWords(string text) => Token.Matches(text).Count(match => IsCased(match.Value, char.IsLower));

    /// <summary>Whether a text has letters with case and none that meets the condition.</summary>
    public static bool IsCased(string text, Func<char, bool> excluded) => text.Any(c => char.IsUpper(c) || char.IsLower(c)) && !text.Any(excluded);

    /// <summary>Ends of sentences, not counting those of abbreviations, single letters and list numbers; text behind the last end is a sentence too.</summary>
    public static int NumSentences(string text)
    {
        int count = 0;
        int start = 0;
        foreach (Match end in Sentence.Matches(text))
        {
            ReadOnlySpan<char> before = text.AsSpan(start, end.Index - start).Trim();
            if (text[end.Index] == '.' && end.Value.TrimEnd() == "." && IsAbbreviated(before)) continue;
            start = end.Index + end.Length;
            if (before.Length > 0) count++;
        }

        return text.AsSpan(start).ContainsAnyInRange('0', 'z') ? count + 1 : count;
    }

    /// <summary>Whether a word stands in the text as a whole word, in any case.</summary>
    public static bool HasWord(string text, string word)
    {
        for (int at = text.IndexOf(word, StringComparison.OrdinalIgnoreCase); at >= 0 && word.Length > 0; at = text.IndexOf(word, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            bool starts = at == 0 || IsWordCharacter(text[at - 1]) != IsWordCharacter(word[0]);
            int end = at + word.Length;
            if (starts && (end == text.Length || IsWordCharacter(text[end]) != IsWordCharacter(word[^1]))) return true;
        }

        return false;
    }

    /// <summary>Paragraphs between lines of three stars; -1 where one in the middle is empty.</summary>
    public static int NumStarredParagraphs(string text)
    {
        string[] parts = Stars.Split(text);
        int count = parts.Length;
        for (int i = 0; i < parts.Length; i++)
        {
            if (parts[i].Trim().Length > 0) continue;
            if (i > 0 && i < parts.Length - 1) return -1;
            count--;
        }

        return count;
    }

    /// <summary>Whether so many paragraphs stand between empty lines and the named one starts with the word.</summary>
    public static bool StartsParagraph(string text, InstructionArguments arguments)
    {
        string[] paragraphs = text.Split("\n\n");
        int nth = arguments.Number("nth_paragraph");
        if (paragraphs.Count(part => part.Trim().Length > 0) != arguments.Number("num_paragraphs") || nth < 1 || nth > paragraphs.Length) return false;
        string paragraph = paragraphs[nth - 1].Trim();
        if (paragraph.Length == 0) return false;
        string first = paragraph.Split((char[]?)null, 2)[0].TrimStart('\'').TrimStart('"');
        int end = first.AsSpan().IndexOfAny(EndOfFirstWord);
        return (end < 0 ? first : first[..end]).Equals(arguments.Text("first_word"), StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsAbbreviated(ReadOnlySpan<char> before)
    {
        int space = before.LastIndexOfAny(' ', '\n', '(');
        ReadOnlySpan<char> last = before[(space + 1)..];
        bool letter = last.Length == 1 && char.IsUpper(last[0]) && last[0] != 'I';
        bool listNumber = last.Length is 1 or 2 && char.IsAsciiDigit(last[0]) && (space < 0 || before[space] == '\n');
        return letter || listNumber || Abbreviations.GetAlternateLookup<ReadOnlySpan<char>>().Contains(last);
    }

    private static bool IsWordCharacter(char c) => char.IsLetterOrDigit(c) || c == '_';
}
