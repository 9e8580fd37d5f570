namespace R1Pipeline.Rewards.Mathematics;

/// <summary>
/// Counts the steps of one grade, so that its cost is bounded on any input and the same on any machine: a clock would let the verdict depend on load.
/// Once spent, every reader and evaluator that holds it gives up.
/// </summary>
internal sealed class WorkBudget(int steps)
{
    /// <summary>Steps taken so far.</summary>
    public int Spent { get; private set; }

    /// <summary>Whether nothing is left.</summary>
    public bool IsSpent => Spent >= steps;

    /// <summary>Takes steps; false when there are not as many left.</summary>
    public bool Spend(int wanted = 1)
    {
        Spent = wanted > steps - Spent ? steps : Spent + wanted;
        return Spent < steps;
    }
}
