namespace R1Pipeline.Rewards;

/// <summary>What counts as a word of a language.</summary>
public enum LanguageRule
{
    /// <summary>Rule LC-1 for running text: code, formulas, links and tags are left out, and so are one-letter words (they are mostly variables).</summary>
    RunningText,

    /// <summary>
    /// LC-1 with one-letter words counted: for a model with a closed list of words (ITokenizer.IsWordLevel), where a single letter is a word of the
    /// list ("i do not know") and cannot be a variable. On the quickstart's vocabulary this is exactly its rule.
    /// </summary>
    WordList,
}
