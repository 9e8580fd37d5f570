namespace R1Pipeline.Stages.RejectionSampling;

/// <summary>Whether an output goes round in circles: some run of tokens occurs too often. Overlapping occurrences count, as in one token without end.</summary>
internal static class Repetition
{
    private const int TooOften = 3;

    /// <summary>Whether a run of <paramref name="runTokens"/> tokens occurs three times or more; never when <paramref name="runTokens"/> is 0.</summary>
    public static bool Occurs(int[] ids, int runTokens)
    {
        int numRuns = ids.Length - runTokens + 1;
        if (runTokens == 0 || numRuns < TooOften) return false;

        // Equal runs are neighbours once the starts are sorted by what follows them.
        int[] starts = [.. Enumerable.Range(0, numRuns)];
        Array.Sort(starts, (left, right) => ids.AsSpan(left, runTokens).SequenceCompareTo(ids.AsSpan(right, runTokens)));
        for (int i = TooOften - 1; i < numRuns; i++)
        {
            if (ids.AsSpan(starts[i], runTokens).SequenceEqual(ids.AsSpan(starts[i - TooOften + 1], runTokens))) return true;
        }

        return false;
    }
}
