using System.Numerics;
using R1Pipeline.Rewards.Mathematics.Numbers;

namespace R1Pipeline.Rewards.Mathematics.Expressions;

/// <summary>
/// Points at which expressions are compared. Coordinates are hashes of the variable's name and the point's number, over a prime denominator, first all
/// positive (there roots and logarithms exist), then of either sign.
/// </summary>
internal static class SamplePoints
{
    /// <summary>Points that must agree before expressions count as equal.</summary>
    public const int Enough = 4;

    private const int Count = 9;
    private const int NumPositive = 5;
    private const int Denominator = 9973;
    private const int Smallest = 3001;
    private const int Range = 27_000;

    public static IReadOnlyDictionary<string, Rational> Empty { get; } = new Dictionary<string, Rational>();

    /// <summary>The points for these variables.</summary>
    /// <param name="symbols">The variables.</param>
    /// <param name="integers">Small positive integers, for formulas that exist at integers only: n!, binomials, remainders.</param>
    public static IEnumerable<IReadOnlyDictionary<string, Rational>> Of(IReadOnlySet<string> symbols, bool integers)
    {
        for (int index = 0; index < Count; index++)
        {
            var point = new Dictionary<string, Rational>(symbols.Count, StringComparer.Ordinal);
            foreach (string symbol in symbols)
            {
                ulong hash = Hash(symbol, index);
                if (integers)
                {
                    point.Add(symbol, new Rational(2 + index + (int)(hash % 6)));
                    continue;
                }

                var size = new BigInteger(Smallest + (long)(hash % Range));
                point.Add(symbol, new Rational(index >= NumPositive && (hash >> 40 & 1) == 1 ? -size : size, Denominator));
            }

            yield return point;
        }
    }

    /// <summary>FNV-1a with a final mix (splitmix64): any two names are far apart.</summary>
    private static ulong Hash(string symbol, int index)
    {
        ulong hash = 14695981039346656037 ^ ((ulong)index * 0x9E3779B97F4A7C15);
        foreach (char c in symbol) hash = (hash ^ c) * 1099511628211;
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EB;
        return hash ^ (hash >> 31);
    }
}
