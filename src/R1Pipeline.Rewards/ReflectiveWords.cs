namespace R1Pipeline.Rewards;

/// <summary>The words whose rise the paper tracks (r1-recipe.md 6).</summary>
public static class ReflectiveWords
{
    private static readonly HashSet<string> Listed = new(["wait", "mistake", "however", "but", "retry", "error", "verify", "wrong", "evaluate", "check"], StringComparer.OrdinalIgnoreCase);

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Lookup = Listed.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The list.</summary>
    public static IReadOnlyCollection<string> All => Listed;

    /// <summary>How often a listed word stands in the text, as a whole word in any case.</summary>
    public static int Count(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int count = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsLetterOrDigit(text[i])) continue;
            int start = i;
            while (i + 1 < text.Length && char.IsLetterOrDigit(text[i + 1])) i++;
            if (Lookup.Contains(text.AsSpan(start, i + 1 - start))) count++;
        }

        return count;
    }
}
