namespace R1Pipeline.Definition.Binding;

/// <summary>Finds the word that the user probably meant.</summary>
internal static class DidYouMean
{
    /// <summary>The end of a message: <c>; did you mean 'epochs'?</c>, or what is accepted.</summary>
    public static string Hint(string given, IEnumerable<string> known, string nothing = "nothing is accepted here")
    {
        string[] words = [.. known.Distinct()];
        if (words.Length == 0) return "; " + nothing;
        return Closest(given, words) is { } word ? $"; did you mean '{word}'?" : $"; accepted: {string.Join(", ", words)}";
    }

    /// <summary>The closest word within a third of the letters (two at least), or null.</summary>
    public static string? Closest(string given, IEnumerable<string> known)
    {
        int limit = Math.Max(2, given.Length / 3);
        (string Word, int Distance)? best = null;
        foreach (string word in known)
        {
            int distance = Distance(given, word);
            // A word all of whose letters would change is not a suggestion.
            if (distance <= limit && distance < Math.Max(given.Length, word.Length) && (best is null || distance < best.Value.Distance)) best = (word, distance);
        }

        return best?.Word;
    }

    // Letters inserted, dropped, changed or swapped with their neighbour (optimal string alignment).
    private static int Distance(string a, string b)
    {
        var table = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++) table[i, 0] = i;
        for (int j = 0; j <= b.Length; j++) table[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int change = table[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                table[i, j] = Math.Min(change, Math.Min(table[i - 1, j], table[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) table[i, j] = Math.Min(table[i, j], table[i - 2, j - 2] + 1);
            }
        }

        return table[a.Length, b.Length];
    }
}
