namespace R1Pipeline.Data.Sequences;

/// <summary>
/// Best-fit-decreasing packing (r1-recipe.md 11): longest first, each into the fullest sequence that still has room. Deterministic: equal lengths
/// keep their order, equal room goes to the sequence that was opened first. O(n log n).
/// </summary>
public static class Packer
{
    /// <summary>Packs every sequence; one that is longer than <paramref name="maxTokens"/> is a programmer's error: refuse it before.</summary>
    public static IReadOnlyList<PackedSequence> BestFit(IReadOnlyList<TrainingSequence> sequences, int maxTokens)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        var bins = new List<List<TrainingSequence>>();
        var byRoom = new SortedSet<(int Room, int Bin)>();
        foreach (TrainingSequence sequence in sequences.OrderByDescending(sequence => sequence.Ids.Length))
        {
            int length = sequence.Ids.Length;
            if (length > maxTokens) throw new ArgumentException($"row {sequence.Row} has {length} tokens, more than {maxTokens}", nameof(sequences));
            var fits = byRoom.GetViewBetween((length, 0), (maxTokens, int.MaxValue));
            (int room, int bin) = fits.Count > 0 ? fits.Min : (maxTokens, bins.Count);
            if (bin == bins.Count) bins.Add([]);
            else byRoom.Remove((room, bin));
            bins[bin].Add(sequence);
            byRoom.Add((room - length, bin));
        }

        return [.. bins.Select(parts => new PackedSequence(parts))];
    }
}
