using System.Text;

namespace R1Pipeline.Rewards;

/// <summary>A general answer graded by words: it contains every must word and no must-not word.</summary>
public static class GeneralAnswer
{
    /// <summary>Judges the final answer (not the chain of thought). Words match whole and in any case; Chinese ones anywhere, whatever spaces stand between the characters.</summary>
    public static bool IsHelpful(string answer, IReadOnlyList<string> must, IReadOnlyList<string> mustNot)
    {
        ArgumentNullException.ThrowIfNull(must);
        ArgumentNullException.ThrowIfNull(mustNot);
        string words = Words(answer);
        string squeezed = words.Replace(" ", "", StringComparison.Ordinal);
        return must.All(Contains) && !mustNot.Any(Contains);

        bool Contains(string word)
        {
            string wanted = Words(word);
            return IsChinese(wanted) ? squeezed.Contains(wanted.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal) : words.Contains(wanted, StringComparison.Ordinal);
        }
    }

    /// <summary>The words in lower case, with one space between and around them.</summary>
    private static string Words(string text)
    {
        var words = new StringBuilder(" ");
        foreach (char c in text)
        {
            if (char.IsLetterOrDigit(c)) words.Append(char.ToLowerInvariant(c));
            else if (words[^1] != ' ') words.Append(' ');
        }

        if (words[^1] != ' ') words.Append(' ');
        return words.ToString();
    }

    private static bool IsChinese(string word) => word.AsSpan().IndexOfAnyInRange('\u3400', '\u9FFF') >= 0;
}
