using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Rows;
using R1Pipeline.StageHost;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Rows;

namespace R1Pipeline.Stages.Questions;

/// <summary>The rows of a ledger that a model can be asked; the others are refused with their reason. Refuses a stage that has nothing to ask.</summary>
internal static class AskableRows
{
    /// <summary>The rows that can be asked.</summary>
    /// <param name="context">The stage.</param>
    /// <param name="ledger">Its rows.</param>
    /// <param name="model">The model that answers.</param>
    /// <param name="reason">Why the stage itself has no use for a row; null: it has.</param>
    /// <exception cref="StageFailedException">No row is left.</exception>
    public static IReadOnlyList<LedgerRow> Of(
        StageContext context, RowLedger ledger, LanguageModel model, Func<DataRow, string?> reason)
    {
        var filter = new QuestionFilter(model.Text, model.Decoder.Config);
        foreach (var row in ledger.Rows)
        {
            if ((reason(row.Row) ?? filter.Reason(row.Row)) is { } refusal) row.Refuse(refusal);
        }

        LedgerRow[] askable = [.. ledger.Rows.Where(row => row.Refusal is null)];
        if (askable.Length > 0) return askable;
        throw new StageFailedException(
            StageFailureClass.UserData,
            $"stage {context.Request.Stage}: no row of {string.Join(", ", context.Request.Data)} can be asked. "
            + QuestionFilter.Explain(ledger.Rows.Select(row => row.Refusal!)));
    }
}
