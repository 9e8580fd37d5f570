using System.Numerics;
using System.Text;

namespace R1Pipeline.Contracts.Randomness;

/// <summary>
/// A stream of draws that is fixed by what it is for: (seed, stage, step, purpose, index). No state outlives it, so nothing has to be saved
/// to repeat it: a rerun or a resume asks for the same stream and gets the same numbers. SplitMix64 over an FNV-1a hash of the coordinates.
/// </summary>
public struct RandomStream
{
    private const ulong Golden = 0x9E3779B97F4A7C15UL;

    private ulong _state;

    /// <summary>Opens the stream of these coordinates.</summary>
    public RandomStream(long seed, string stage, long step, string purpose, long index = 0)
    {
        ulong hash = 0xCBF29CE484222325UL;
        hash = Mix(hash, (ulong)seed);
        hash = Mix(hash, stage);
        hash = Mix(hash, (ulong)step);
        hash = Mix(hash, purpose);
        _state = Finish(Mix(hash, (ulong)index));
    }

    /// <summary>64 uniform bits.</summary>
    public ulong NextUInt64() => Finish(_state += Golden);

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [0, <paramref name="exclusiveMax"/>).</summary>
    public int NextInt(int exclusiveMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveMax);
        return (int)Math.BigMul(NextUInt64(), (ulong)exclusiveMax, out _);
    }

    /// <summary>True with the given probability.</summary>
    public bool NextBool(double probability) => NextDouble() < probability;

    /// <summary>Standard normal (Box–Muller).</summary>
    public double NextGaussian()
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        return radius * Math.Cos(2 * Math.PI * NextDouble());
    }

    /// <summary>Shuffles in place (Fisher–Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = NextInt(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong Mix(ulong hash, string text)
    {
        foreach (byte b in Encoding.UTF8.GetBytes(text)) hash = (hash ^ b) * 0x100000001B3UL;
        return Mix(hash, (ulong)text.Length);
    }

    private static ulong Mix(ulong hash, ulong value) => BitOperations.RotateLeft((hash ^ Finish(value)) * 0x100000001B3UL, 29);

    private static ulong Finish(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
