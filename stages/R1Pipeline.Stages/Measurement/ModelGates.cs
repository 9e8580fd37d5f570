using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Stages.Gates;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Rows;
using R1Pipeline.StageHost;

namespace R1Pipeline.Stages.Measurement;

/// <summary>
/// The <c>gate:</c> entries of a training stage, measured on its own output exactly as an evaluation stage would.
/// Sampling of a gate keeps the whole distribution (no nucleus).
/// </summary>
internal static class ModelGates
{
    private const int ShardSamples = 512;

    /// <summary>Measures every gate on <paramref name="model"/> and returns the accounts of the gates' rows.</summary>
    public static IReadOnlyList<DataAccount> Measure(StageContext context, LanguageModel model, StageGates gates)
    {
        var accounts = new List<DataAccount>();
        foreach (var gate in context.Request.Gates)
        {
            string source = gate.Data ?? throw new InvalidOperationException($"stage {context.Request.Stage}: a gate of a training stage names its `data`.");
            var ledger = RowLedger.Read(context, source);
            var figures = Measure(context, model, gate, ledger);
            gates.Measured(new GateOutcome(
                $"{gate.Metric} of {context.Request.Stage} on {source} ({figures.NumProblems} problems, k = {figures.K}, temperature {gate.Temperature})",
                GateMetric.Of(gate, figures.ToMetrics()),
                gate.AtLeast,
                gate.AtMost));

            // Two gates on one source read the same rows: one account.
            if (accounts.TrueForAll(account => account.Source != source) && !context.Request.Data.Contains(source)) accounts.AddRange(ledger.Accounts());
        }

        return accounts;
    }

    private static TaskFigures Measure(StageContext context, LanguageModel model, GateOptions gate, RowLedger ledger)
    {
        string name = $"gate/{gate.Data}";
        var options = new EvaluationTaskOptions
        {
            Data = gate.Data!,
            Temperature = gate.Temperature,
            TopP = 1,
            Samples = gate.Samples,
            MaxNewTokens = gate.MaxNewTokens,
            Rows = gate.Rows,
            Format = gate.Format,
        };
        var unfit = new Dictionary<LedgerRow, string>();
        var problems = TaskProblems.Of(name, options, ledger, [new QuestionFilter(model.Text, model.Decoder.Config)], unfit);
        foreach (var (row, reason) in unfit) row.Refuse(reason);

        var measurement = new TaskMeasurement(name, options, problems, ShardSamples, context.Request.Seed, context.Request.Stage);
        context.Phase("gate");
        var engine = model.NewEngine(context, measurement.MaxRows);
        MeasuredShard[] shards =
        [
            .. Enumerable.Range(0, measurement.NumShards).Select(shard => measurement.Measure(model, engine, shard, shownSamples: 0, context.Progress)),
        ];
        measurement.MarkUsed();
        return measurement.Figures(shards);
    }
}
