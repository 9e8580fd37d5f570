using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Rows;

namespace R1Pipeline.Stages.Measurement;

/// <summary>
/// The problems of a task: the first rows of its source that every measured model can take, so that all of them face the same problems.
/// Refuses a task without problems.
/// </summary>
internal static class TaskProblems
{
    /// <summary>Reason of a row with neither a gold answer nor words to grade by.</summary>
    public const string NothingToGradeBy = "nothing-to-grade-by";

    /// <summary>The problems among the first rows of <paramref name="ledger"/>, and why each of the others is none.</summary>
    /// <exception cref="StageFailedException">No row can be measured.</exception>
    public static IReadOnlyList<LedgerRow> Of(
        string task, EvaluationTaskOptions options, RowLedger ledger, IReadOnlyList<QuestionFilter> models, IDictionary<LedgerRow, string> unfit)
    {
        var problems = new List<LedgerRow>();
        foreach (var row in ledger.Rows.Take(options.Rows ?? int.MaxValue))
        {
            string? reason = row.Row is { Gold: null, Must: null }
                ? NothingToGradeBy
                : models.Select(model => model.Reason(row.Row)).FirstOrDefault(reason => reason is not null);
            if (reason is null) problems.Add(row);
            else unfit[row] = reason;
        }

        if (problems.Count > 0) return problems;
        throw new StageFailedException(
            StageFailureClass.UserData, $"task {task}: no row of {options.Data} can be measured. {QuestionFilter.Explain(unfit.Values)}");
    }
}
