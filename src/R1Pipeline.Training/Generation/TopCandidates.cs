using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Training.Generation;

/// <summary>
/// The tokens that top-k, top-p and min-p leave, most likely first, without sorting a vocabulary: whatever cannot belong to the set is dropped in one pass,
/// only the rest is partitioned and sorted. Tokens as likely as the k-th stay, as in transformers; top-p cuts equal ones by id, the lower first.
/// </summary>
internal sealed class TopCandidates(int vocabulary)
{
    private readonly ulong[] _keys = new ulong[vocabulary];
    private readonly int[] _ids = new int[vocabulary];
    private int _count;

    /// <summary>The kept ids, most likely first.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, _count);

    /// <summary>Chooses the ids and returns their mass.</summary>
    /// <param name="logits">Logits: they order the tokens. [V]</param>
    /// <param name="masses">Unnormalised probabilities after the temperature. [V]</param>
    /// <param name="total">Sum of <paramref name="masses"/>.</param>
    /// <param name="options">top-k, top-p and min-p.</param>
    public double Select(ReadOnlySpan<float> logits, ReadOnlySpan<float> masses, double total, SamplingOptions options)
    {
        int k = options.TopK > 0 ? Math.Min(options.TopK, logits.Length) : logits.Length;
        // Tokens each below (1 - p)/V of the mass have less than 1 - p of it together: none of them is in the smallest set of mass p.
        bool prune = k == logits.Length;
        double floor = prune ? total * (1 - options.TopP) / logits.Length : double.NegativeInfinity;
        int count = 0;
        for (int id = 0; id < logits.Length; id++)
        {
            if (masses[id] >= floor) _keys[count++] = Key(logits[id], id);
        }
        if (k < count)
        {
            Partition(_keys.AsSpan(0, count), k);
            count = WithTies(_keys.AsSpan(0, count), k);
        }
        Span<ulong> keys = _keys.AsSpan(0, count);
        keys.Sort();

        double kept = total;
        if (!prune)
        {
            kept = 0;
            foreach (ulong key in keys) kept += masses[(int)(uint)key];
        }
        return Nucleus(keys, masses, options.TopP < 1 ? kept * options.TopP : double.PositiveInfinity, options.MinP);
    }

    /// <summary>The first kept token at which the cumulative mass passes <paramref name="target"/>.</summary>
    public int Invert(ReadOnlySpan<float> masses, double target)
    {
        for (int i = 0; i < _count - 1; i++)
        {
            if (target < masses[_ids[i]]) return _ids[i];
            target -= masses[_ids[i]];
        }
        return _ids[_count - 1];
    }

    private double Nucleus(ReadOnlySpan<ulong> keys, ReadOnlySpan<float> masses, double wanted, double minP)
    {
        double mass = 0, least = minP * masses[(int)(uint)keys[0]];
        _count = 0;
        foreach (ulong key in keys)
        {
            int id = (int)(uint)key;
            if (_count > 0 && (mass >= wanted || masses[id] <= 0 || masses[id] < least)) break;
            mass += masses[id];
            _ids[_count++] = id;
        }
        return mass;
    }

    /// <summary>Lets the tokens in whose logit equals the <paramref name="k"/>-th one's; returns how many there are then.</summary>
    private static int WithTies(Span<ulong> keys, int k)
    {
        ulong last = 0;
        foreach (ulong key in keys[..k]) last = Math.Max(last, key >> 32);
        int count = k;
        for (int i = k; i < keys.Length; i++)
        {
            if (keys[i] >> 32 != last) continue;
            (keys[count], keys[i]) = (keys[i], keys[count]);
            count++;
        }
        return count;
    }

    /// <summary>Ascending keys are descending logits, then ascending ids.</summary>
    private static ulong Key(float logit, int id)
    {
        uint bits = BitConverter.SingleToUInt32Bits(logit + 0f); // -0 and +0 are the same logit
        uint ascending = (bits & 0x8000_0000u) != 0 ? ~bits : bits | 0x8000_0000u;
        return ((ulong)~ascending << 32) | (uint)id;
    }

    /// <summary>Moves the <paramref name="k"/> smallest keys to the front (Hoare's selection; the pivot is the middle one, so nothing is random).</summary>
    private static void Partition(Span<ulong> keys, int k)
    {
        int low = 0, high = keys.Length - 1;
        while (low < high)
        {
            ulong pivot = keys[low + ((high - low) / 2)];
            int i = low, j = high;
            while (i <= j)
            {
                while (keys[i] < pivot) i++;
                while (keys[j] > pivot) j--;
                if (i > j) break;
                (keys[i], keys[j]) = (keys[j], keys[i]);
                i++;
                j--;
            }
            if (k - 1 <= j) high = j;
            else if (k - 1 >= i) low = i;
            else return;
        }
    }
}
