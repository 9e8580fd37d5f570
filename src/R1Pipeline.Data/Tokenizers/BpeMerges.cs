using System.Text;

namespace R1Pipeline.Data.Tokenizers;

/// <summary>
/// Merges the bytes of a piece: of all neighbours that are a merge, the one of the lowest rank first, the leftmost of equals. Written here and not taken
/// from Microsoft.ML.Tokenizers: there a piece costs the square of its length (a minute for 300,000 letters without a space), and a model's strangers
/// choose the text.
/// </summary>
internal sealed class BpeMerges
{
    // Up to here looking at all pairs again after every merge is faster than a heap.
    private const int ShortPiece = 64;

    private readonly int[] _byteIds = new int[256];

    // Left and right id → rank, then the merged token's id, so that the smaller value is the earlier merge.
    private readonly Dictionary<(int Left, int Right), long> _merges;

    /// <param name="vocabulary">Token → id, with all 256 bytes and all tokens of the merges.</param>
    /// <param name="merges">Ids of the merges, in rank order.</param>
    public BpeMerges(Dictionary<string, int> vocabulary, IReadOnlyList<(int Left, int Right, int Merged)> merges)
    {
        for (int value = 0; value < 256; value++) _byteIds[value] = vocabulary[ByteAlphabet.Of((byte)value).ToString()];
        _merges = new Dictionary<(int Left, int Right), long>(merges.Count);
        for (int rank = 0; rank < merges.Count; rank++) _merges[(merges[rank].Left, merges[rank].Right)] = ((long)rank << 32) | (uint)merges[rank].Merged;
    }

    /// <summary>The ids of a piece.</summary>
    public int[] Merge(ReadOnlySpan<char> piece)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetMaxByteCount(piece.Length)];
        int count = Encoding.UTF8.GetBytes(piece, bytes);
        int[] ids = new int[count];
        for (int i = 0; i < count; i++) ids[i] = _byteIds[bytes[i]];
        return ids.AsSpan(0, count <= ShortPiece ? MergeShort(ids) : MergeLong(ids)).ToArray();
    }

    private int MergeShort(int[] ids)
    {
        int count = ids.Length;
        while (true)
        {
            long best = long.MaxValue;
            int at = -1;
            for (int i = 0; i + 1 < count; i++)
            {
                if (!_merges.TryGetValue((ids[i], ids[i + 1]), out long merge) || merge >= best) continue;
                (best, at) = (merge, i);
            }

            if (at < 0) return count;
            ids[at] = (int)best;
            ids.AsSpan(at + 2, count - at - 2).CopyTo(ids.AsSpan(at + 1));
            count--;
        }
    }

    /// <summary>The same with the pairs in a heap and the tokens in a linked list: n log n.</summary>
    private int MergeLong(int[] ids)
    {
        int[] previous = new int[ids.Length], next = new int[ids.Length];
        var heap = new PriorityQueue<(int At, int Left, int Right), (long Merge, int At)>();
        for (int i = 0; i < ids.Length; i++) (previous[i], next[i]) = (i - 1, i + 1);
        for (int i = 0; i + 1 < ids.Length; i++) Offer(i);
        while (heap.TryDequeue(out (int At, int Left, int Right) pair, out (long Merge, int At) rank))
        {
            int right = next[pair.At];
            // A merge beside it may have taken one of the two.
            if (ids[pair.At] != pair.Left || right >= ids.Length || ids[right] != pair.Right) continue;
            ids[pair.At] = (int)rank.Merge;
            ids[right] = -1;
            next[pair.At] = next[right];
            if (next[right] < ids.Length) previous[next[right]] = pair.At;
            Offer(pair.At);
            if (previous[pair.At] >= 0) Offer(previous[pair.At]);
        }

        int count = 0;
        for (int at = 0; at < ids.Length; at = next[at]) ids[count++] = ids[at];
        return count;

        void Offer(int at)
        {
            if (next[at] < ids.Length && _merges.TryGetValue((ids[at], ids[next[at]]), out long merge)) heap.Enqueue((at, ids[at], ids[next[at]]), (merge, at));
        }
    }
}
