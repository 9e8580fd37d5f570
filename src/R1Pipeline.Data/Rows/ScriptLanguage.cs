namespace R1Pipeline.Data.Rows;

/// <summary>The language of a prompt by its script, where nobody says it: Chinese when it has at least as many Han characters as Latin words, else English.</summary>
public static class ScriptLanguage
{
    /// <summary><c>zh</c> or <c>en</c>. One-letter words and LaTeX commands are no words: a Chinese problem full of formulas is Chinese.</summary>
    public static string Detect(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int han = 0;
        int latin = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is (>= '\u3400' and <= '\u4DBF') or (>= '\u4E00' and <= '\u9FFF'))
            {
                han++;
            }
            else if (char.IsAsciiLetter(text[i]))
            {
                int start = i;
                while (i + 1 < text.Length && char.IsAsciiLetter(text[i + 1])) i++;
                bool command = start > 0 && text[start - 1] == '\\';
                if (i > start && !command) latin++;
            }
        }

        return han > 0 && han >= latin ? "zh" : "en";
    }
}
