namespace R1Pipeline.Rewards;

/// <summary>Words of a text by language.</summary>
/// <param name="English">Words in Latin script.</param>
/// <param name="Chinese">Han characters.</param>
/// <param name="Other">Words in any other script.</param>
public readonly record struct LanguageShares(int English, int Chinese, int Other)
{
    /// <summary>All words.</summary>
    public int Total => English + Chinese + Other;

    /// <summary>Share of the language's words; 0 for a text without words: an empty chain of thought earns nothing.</summary>
    public double Ratio(string language) => Total == 0 ? 0 : (double)Of(language) / Total;

    /// <summary>Whether at least one word is of another language than <paramref name="language"/>.</summary>
    public bool HasOtherThan(string language) => Of(language) < Total;

    /// <summary>Words of the language: <c>en</c>, <c>zh</c>; any other name stands for all other scripts.</summary>
    public int Of(string language) => language switch { "en" => English, "zh" => Chinese, _ => Other };
}
