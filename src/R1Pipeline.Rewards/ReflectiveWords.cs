namespace R1Pipeline.Rewards;

/// <summary>The words whose rise the paper tracks (r1-recipe.md 6).</summary>
public static class ReflectiveWords
{
    /// <summary>The list.</summary>
    public static IReadOnlyList<string> All { get; } = ["wait", "mistake", "however", "but", "retry", "error", "verify", "wrong", "evaluate", "check"];

    /// <summary>How often a listed word stands in the text, as a whole word in any case.</summary>
    public static int Count(string text) => throw new NotSupportedException(text);
}
