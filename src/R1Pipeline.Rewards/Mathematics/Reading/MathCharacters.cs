using System.Text;

namespace R1Pipeline.Rewards.Mathematics.Reading;

/// <summary>Writes the many characters of one meaning in one way: full-width forms, dashes, dots, superscripts, fractions.</summary>
internal static class MathCharacters
{
    public static string Normalize(string text)
    {
        if (text.All(char.IsAscii)) return text;
        var result = new StringBuilder(text.Length);
        bool raised = false;
        foreach (char c in text)
        {
            int superscript = "⁰¹²³⁴⁵⁶⁷⁸⁹".IndexOf(c);
            bool minus = c == '⁻';
            if ((superscript >= 0 || minus) && !raised) result.Append("^{");
            else if (superscript < 0 && !minus && raised) result.Append('}');
            raised = superscript >= 0 || minus;
            if (superscript >= 0) result.Append((char)('0' + superscript));
            else result.Append(Replacement(c) ?? c.ToString());
        }

        return raised ? result.Append('}').ToString() : result.ToString();
    }

    private static string? Replacement(char c) => c switch
    {
        >= '！' and <= '～' => ((char)(c - 0xFEE0)).ToString(),
        '−' or '–' or '⁻' or '﹣' => "-",
        '×' or '·' or '⋅' or '∙' or '•' or '∗' => "*",
        '÷' or '⁄' => "/",
        '、' => ",",
        '。' => ".",
        '≦' or '⩽' => "≤",
        '≧' or '⩾' => "≥",
        '½' => @"\frac{1}{2}",
        '⅓' => @"\frac{1}{3}",
        '⅔' => @"\frac{2}{3}",
        '¼' => @"\frac{1}{4}",
        '¾' => @"\frac{3}{4}",
        '√' => @"\sqrt ",
        'º' => "°",
        'ϵ' => "ε",
        'ϕ' => "φ",
        '\u00a0' or '\u2009' or '\u202f' or '\u3000' => " ",
        _ => null,
    };
}
