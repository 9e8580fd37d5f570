namespace R1Pipeline.Training.Model;

/// <summary>
/// How the rows of a batch fall into sequences that are blind to each other. In the flattened [B · T] they are contiguous, so lengths say it all; the padding at a row's end is a
/// segment of its own.
/// </summary>
public sealed class RowSegments
{
    private readonly long[] _lengths;
    private readonly bool[] _padding;

    private RowSegments(long[] lengths, bool[] padding) => (_lengths, _padding) = (lengths, padding);

    /// <summary>Of each segment in turn, at least 1; together B · T.</summary>
    internal long[] Lengths => _lengths;

    /// <summary>Tokens of all segments: B · T.</summary>
    public long NumTokens => _lengths.Sum();

    /// <summary>Tokens of the longest sequence.</summary>
    public long Longest => _lengths.Where((_, segment) => !_padding[segment]).DefaultIfEmpty(0).Max();

    /// <summary>The segments of rows, padded to <paramref name="width"/>.</summary>
    /// <param name="rows">For each row the lengths of its sequences, in the order in which they stand; none is 0.</param>
    /// <param name="width">T.</param>
    /// <exception cref="ArgumentException">A length is no length, or a row is longer than T.</exception>
    public static RowSegments Of(IEnumerable<IReadOnlyList<int>> rows, int width)
    {
        var (lengths, padding) = (new List<long>(), new List<bool>());
        foreach (IReadOnlyList<int> row in rows)
        {
            int left = width - row.Sum();
            if (left < 0 || row.Any(length => length < 1)) throw new ArgumentException($"segments of {string.Join(", ", row)} in a row of {width} tokens", nameof(rows));
            lengths.AddRange(row.Select(length => (long)length));
            padding.AddRange(row.Select(_ => false));
            if (left == 0) continue;
            lengths.Add(left);
            padding.Add(true);
        }

        return new RowSegments([.. lengths], [.. padding]);
    }

    /// <summary>The position of each token of the flattened [B · T] in its sequence; 0 in the padding.</summary>
    public long[] Positions()
    {
        long[] positions = new long[NumTokens];
        int at = 0;
        for (int segment = 0; segment < _lengths.Length; segment++)
        {
            for (int token = 0; token < _lengths[segment]; token++) positions[at++] = _padding[segment] ? 0 : token;
        }

        return positions;
    }
}
