using System.Runtime.InteropServices;

namespace R1Pipeline.Data.Tokenizers;

/// <summary>How often each pair of neighbouring tokens occurs in the pieces, kept up to date as pairs are merged.</summary>
internal sealed class BpePairCounts
{
    private readonly List<Piece> _pieces = [];
    private readonly Dictionary<(int Left, int Right), long> _counts = [];
    private readonly Dictionary<(int Left, int Right), HashSet<int>> _places = [];
    private readonly PriorityQueue<(int Left, int Right), (long NegativeCount, int Left, int Right)> _heap = new();
    private readonly HashSet<(int Left, int Right)> _changed = [];

    public BpePairCounts(IEnumerable<(int[] Ids, long Count)> pieces)
    {
        foreach ((int[] ids, long count) in pieces)
        {
            if (ids.Length < 2) continue;
            _pieces.Add(new Piece(ids, count));
            for (int i = 0; i + 1 < ids.Length; i++) Add((ids[i], ids[i + 1]), count, _pieces.Count - 1);
        }

        Publish();
    }

    /// <summary>The most frequent pair, smaller ids first among equals; null when none occurs <paramref name="minFrequency"/> times.</summary>
    public (int Left, int Right)? TakeMostFrequent(int minFrequency)
    {
        while (_heap.TryDequeue(out var pair, out var priority))
        {
            long count = _counts.GetValueOrDefault(pair);
            // Every change of a count was published with the new value: an entry with an old one is stale.
            if (count != -priority.NegativeCount) continue;
            return count >= minFrequency ? pair : null;
        }

        return null;
    }

    /// <summary>Replaces the pair by the token wherever it occurs, from left to right.</summary>
    public void Merge(int left, int right, int merged)
    {
        if (!_places.Remove((left, right), out HashSet<int>? places)) return;
        foreach (int index in places)
        {
            Piece piece = _pieces[index];
            int[] ids = piece.Ids;
            int length = 0;
            for (int i = 0; i < piece.Length; i++)
            {
                if (i + 1 < piece.Length && ids[i] == left && ids[i + 1] == right)
                {
                    // Neighbours as they are now: what stands to the left may itself be a token merged a moment ago.
                    if (length > 0)
                    {
                        Remove((ids[length - 1], left), piece.Count);
                        Add((ids[length - 1], merged), piece.Count, index);
                    }

                    if (i + 2 < piece.Length)
                    {
                        Remove((right, ids[i + 2]), piece.Count);
                        Add((merged, ids[i + 2]), piece.Count, index);
                    }

                    ids[length++] = merged;
                    i++;
                }
                else
                {
                    ids[length++] = ids[i];
                }
            }

            piece.Length = length;
        }

        _counts.Remove((left, right));
        _changed.Remove((left, right));
        Publish();
    }

    private void Add((int Left, int Right) pair, long count, int piece)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_counts, pair, out _) += count;
        ref HashSet<int>? places = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, pair, out _);
        (places ??= []).Add(piece);
        _changed.Add(pair);
    }

    private void Remove((int Left, int Right) pair, long count)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_counts, pair, out _) -= count;
        _changed.Add(pair);
    }

    private void Publish()
    {
        foreach (var pair in _changed)
        {
            long count = _counts.GetValueOrDefault(pair);
            if (count > 0) _heap.Enqueue(pair, (-count, pair.Left, pair.Right));
        }

        _changed.Clear();
    }

    private sealed class Piece(int[] ids, long count)
    {
        public int[] Ids { get; } = ids;

        public long Count { get; } = count;

        public int Length { get; set; } = ids.Length;
    }
}
