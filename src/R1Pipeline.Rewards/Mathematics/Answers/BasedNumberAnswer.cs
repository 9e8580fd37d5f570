using System.Numerics;

namespace R1Pipeline.Rewards.Mathematics.Answers;

/// <summary>An integer with the base it is written in.</summary>
/// <param name="Value">Its value.</param>
/// <param name="Base">2 to 36.</param>
internal sealed record BasedNumberAnswer(BigInteger Value, int Base) : Answer
{
    /// <inheritdoc/>
    public override string Canonical => Value.ToString();
}
