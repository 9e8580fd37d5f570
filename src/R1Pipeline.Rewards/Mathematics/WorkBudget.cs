namespace R1Pipeline.Rewards.Mathematics;

/// <summary>
/// Counts the steps of one grade, so that its cost is bounded on any input and the same on any machine: a clock would let the verdict depend on load.
/// Once spent, every reader and evaluator that holds it gives up.
/// </summary>
internal sealed class WorkBudget(int steps)
{
    private int _left = steps;

    /// <summary>Whether nothing is left.</summary>
    public bool IsSpent => _left <= 0;

    /// <summary>Takes steps; false when there are not as many left.</summary>
    public bool Spend(int steps = 1)
    {
        _left = steps > _left ? 0 : _left - steps;
        return _left > 0;
    }
}
