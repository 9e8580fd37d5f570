using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost;
using R1Pipeline.Stages.Rows;

namespace R1Pipeline.Stages.RewardModeling;

/// <summary>Shuffled examples in two: the last ones are held out. Refuses to leave none to train on.</summary>
internal static class HeldOutSplit
{
    /// <summary>The two parts.</summary>
    /// <param name="context">The stage.</param>
    /// <param name="examples">All usable examples, shuffled.</param>
    /// <param name="heldOut">How many are held out.</param>
    /// <param name="ledger">The rows that they came from.</param>
    /// <param name="what">What an example is, in the plural.</param>
    /// <exception cref="StageFailedException">UserData: none is left to train on.</exception>
    public static (IReadOnlyList<T> Training, IReadOnlyList<T> HeldOut) Of<T>(StageContext context, IReadOnlyList<T> examples, int heldOut, RowLedger ledger, string what)
    {
        int numTraining = examples.Count - heldOut;
        if (numTraining > 0) return ([.. examples.Take(numTraining)], [.. examples.Skip(numTraining)]);
        throw new StageFailedException(
            StageFailureClass.UserData,
            $"stage {context.Request.Stage}: {examples.Count} usable {what} (refused: {(ledger.Refusals() is { Length: > 0 } refusals ? refusals : "none")}) and held-out-pairs {heldOut} leave none to train on. Give it more {what} or lower held-out-pairs.");
    }
}
