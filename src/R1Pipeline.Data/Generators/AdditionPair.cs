using R1Pipeline.Contracts.Randomness;

namespace R1Pipeline.Data.Generators;

/// <summary>Two three-digit numbers to be added.</summary>
/// <param name="A">First number, 100 to 999.</param>
/// <param name="B">Second number, 100 to 999.</param>
public readonly record struct AdditionPair(int A, int B)
{
    private const ulong FactorA = 2_654_435_761;
    private const ulong FactorB = 2_246_822_519;

    /// <summary>Whether the pair is kept for evaluation. A tenth of all pairs is; none of them occurs in any other split.</summary>
    public bool IsHeldOut => (uint)(((ulong)A * FactorA) ^ ((ulong)B * FactorB)) % 10 == 0;

    /// <summary>The right result, as the task writes it.</summary>
    public string Gold => Spaced(A + B);

    /// <summary>Draws pairs, uniform, until one is on the wanted side of the held-out rule.</summary>
    public static AdditionPair Draw(ref RandomStream random, bool heldOut)
    {
        while (true)
        {
            var pair = new AdditionPair(100 + random.NextInt(900), 100 + random.NextInt(900));
            if (pair.IsHeldOut == heldOut) return pair;
        }
    }

    /// <summary>A number as digits with spaces between.</summary>
    public static string Spaced(int number) => string.Join(' ', number.ToString().AsEnumerable());
}
