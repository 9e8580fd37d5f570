using R1Pipeline.Contracts.Randomness;

namespace R1Pipeline.Training.Generation;

/// <summary>
/// What a set of random draws is for. With a request's key, the sample number and the position in the output they fix every uniform:
/// a token never depends on which rows were decoded beside it.
/// </summary>
/// <param name="Seed">The stage's seed.</param>
/// <param name="Stage">Stage name.</param>
/// <param name="Step">Iteration or shard.</param>
/// <param name="Purpose">What the tokens are for: <c>rollouts</c>, <c>rejection-sampling</c>, a task's name, …</param>
public sealed record DrawCoordinates(long Seed, string Stage, long Step, string Purpose)
{
    /// <summary>The stream of one output; its n-th draw belongs to the n-th token.</summary>
    public RandomStream StreamOf(long key, int sample) =>
        // An odd factor keeps distinct (key, sample) pairs distinct for consecutive keys and makes clashes of hashed keys as rare as hash clashes.
        new(Seed, Stage, Step, Purpose, unchecked((key * (long)0x9E3779B97F4A7C15UL) + sample));
}
