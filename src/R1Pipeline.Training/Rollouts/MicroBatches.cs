namespace R1Pipeline.Training.Rollouts;

/// <summary>Cuts rows into micro-batches of like length, so that little is computed for padding. The order is a function of the lengths alone.</summary>
internal static class MicroBatches
{
    /// <summary>Indices of the rows, longest first, <paramref name="size"/> at a time.</summary>
    public static IEnumerable<int[]> ByLength(IReadOnlyList<TrainingSample> rows, int size) =>
        Enumerable.Range(0, rows.Count).OrderByDescending(row => rows[row].NumInputTokens).Chunk(size);
}
