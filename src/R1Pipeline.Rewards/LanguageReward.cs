namespace R1Pipeline.Rewards;

/// <summary>Language consistency: target-language words by all words of the chain of thought (r1-recipe.md 5.2), counted by rule LC-1.</summary>
public static class LanguageReward
{
    /// <summary>Counts the words of a text.</summary>
    public static LanguageShares Count(string text, LanguageRule rule = LanguageRule.RunningText) => throw new NotSupportedException(text);
}
