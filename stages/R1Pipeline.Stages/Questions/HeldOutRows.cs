using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Randomness;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Training.Rollouts;

namespace R1Pipeline.Stages.Questions;

/// <summary>The rows of an RL stage that are measured on and never trained on (<c>held-out-questions</c>): drawn by seed and stage among those with a gold answer.</summary>
internal static class HeldOutRows
{
    /// <summary>The rows to train on, in their order, and the questions held out, whose rows count as used.</summary>
    /// <exception cref="StageFailedException">UserData: there are not enough rows with a gold answer.</exception>
    public static (IReadOnlyList<LedgerRow> Training, IReadOnlyList<RlQuestion> HeldOut) Split(StageContext context, IReadOnlyList<LedgerRow> rows, GrpoOptions options, ModelText text)
    {
        if (options.HeldOutQuestions is not { } count) return (rows, []);
        LedgerRow[] gradable = [.. rows.Where(row => row.Row.IsReasoning)];
        if (gradable.Length <= count)
        {
            throw new StageFailedException(
                StageFailureClass.UserData,
                $"stage {context.Request.Stage}: {gradable.Length} usable rows with a gold answer and held-out-questions {count} leave none to train on. Give it more rows or lower held-out-questions.");
        }

        new RandomStream(context.Request.Seed, context.Request.Stage, 0, "held-out-questions").Shuffle<LedgerRow>(gradable);
        LedgerRow[] heldOut = gradable[..count];
        HashSet<LedgerRow> withheld = [.. heldOut];
        foreach (LedgerRow row in heldOut) row.Use();
        return ([.. rows.Where(row => !withheld.Contains(row))], [.. heldOut.Select(row => ShuffledQuestions.Question(row, text))]);
    }
}
