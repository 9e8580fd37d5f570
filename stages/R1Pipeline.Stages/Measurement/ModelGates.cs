using R1Pipeline.Contracts.Options;
using R1Pipeline.StageHost;
using R1Pipeline.Stages.Gates;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Rows;

namespace R1Pipeline.Stages.Measurement;

/// <summary>
/// The <c>gate:</c> entries of a training stage, measured on its own output exactly as an evaluation stage would.
/// Sampling of a gate keeps the whole distribution (no nucleus).
/// </summary>
internal static class ModelGates
{
    private const int ShardSamples = 512;

    /// <summary>Measures every gate on <paramref name="model"/> and adds what became of the gates' rows to <paramref name="ledger"/>.</summary>
    public static void Measure(StageContext context, LanguageModel model, StageGates gates, RowLedger ledger)
    {
        // Gates on one source read the same rows: one ledger, in which a row that no gate could take is refused.
        var ledgers = new Dictionary<string, RowLedger>();
        var unfit = new Dictionary<LedgerRow, string>();
        foreach (var gate in context.Request.Gates)
        {
            string source = gate.Data ?? throw new InvalidOperationException($"stage {context.Request.Stage}: a gate of a training stage names its `data`.");
            if (!ledgers.TryGetValue(source, out var rows)) ledgers[source] = rows = RowLedger.Read(context, source);
            var figures = Measure(context, model, gate, rows, unfit);
            gates.Measured(new GateOutcome(
                $"{gate.Metric} of {context.Request.Stage} on {source} ({figures.NumProblems} problems, k = {figures.K}, temperature {gate.Temperature})",
                GateMetric.Of(gate, figures.ToMetrics()),
                gate.AtLeast,
                gate.AtMost));
        }

        foreach (var (row, reason) in unfit)
        {
            if (!row.IsUsed) row.Refuse(reason);
        }

        foreach (var rows in ledgers.Values) ledger.Merge(rows);
    }

    private static TaskFigures Measure(StageContext context, LanguageModel model, GateOptions gate, RowLedger ledger, Dictionary<LedgerRow, string> unfit)
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
        var problems = TaskProblems.Of(name, options, ledger, [new QuestionFilter(model.Text, model.Decoder.Config)], unfit);

        var measurement = new TaskMeasurement(name, options, problems, ShardSamples, context.Request.Seed, context.Request.Stage);
        context.Phase("gate");
        var engine = model.NewEngine(context, measurement.MaxRows, prefillTokens: null);
        MeasuredShard[] shards =
        [
            .. Enumerable.Range(0, measurement.NumShards).Select(shard =>
            {
                context.EndIfStopped(); // the last step has its checkpoint: the resumed attempt begins with the gates
                return measurement.Measure(model, engine, shard, shownSamples: 0, context.Progress);
            }),
        ];
        measurement.MarkUsed();
        return measurement.Figures(shards);
    }
}
