using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost;
using R1Pipeline.Stages.Measurement;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Training.Model;

namespace R1Pipeline.Stages.Evaluation;

/// <summary>The tasks of an evaluation stage with their problems. A source that several tasks name is read once and has one account.</summary>
internal sealed class EvaluationTasks
{
    private readonly Dictionary<string, RowLedger> _ledgers;
    private readonly Dictionary<LedgerRow, string> _unfit = [];

    private EvaluationTasks(Dictionary<string, RowLedger> ledgers) => _ledgers = ledgers;

    /// <summary>The tasks, in file order.</summary>
    public IReadOnlyList<TaskMeasurement> Measurements { get; private set; } = [];

    /// <summary>Reads the rows of every task and keeps those that all models can take.</summary>
    public static EvaluationTasks Read(StageContext context, IReadOnlyList<StageArtifact> models, int shardSamples)
    {
        QuestionFilter[] filters =
        [
            .. models.Select(model =>
            {
                var text = ModelText.Load(model.Directory);
                var config = DecoderConfigFile.Read(model.Directory);
                EntryProbe.Check(text, config, $"model of stage {model.Stage}");
                return new QuestionFilter(text, config);
            }),
        ];
        var named = context.Request.Tasks;
        var tasks = new EvaluationTasks(named.Select(task => task.Value.Data).Distinct().ToDictionary(source => source, source => RowLedger.Read(context, source)));
        tasks.Measurements =
        [
            .. named.Select(task => new TaskMeasurement(
                task.Key,
                task.Value,
                TaskProblems.Of(task.Key, task.Value, tasks._ledgers[task.Value.Data], filters, tasks._unfit),
                shardSamples,
                context.Request.Seed,
                context.Request.Stage)),
        ];
        return tasks;
    }

    /// <summary>Says that every problem was measured, and refuses the rows that no task could take.</summary>
    public void MarkUsed()
    {
        foreach (var task in Measurements) task.MarkUsed();
        foreach (var (row, reason) in _unfit)
        {
            if (!row.IsUsed) row.Refuse(reason);
        }
    }

    /// <summary>What became of the rows.</summary>
    public IReadOnlyList<DataAccount> Accounts() => [.. _ledgers.Values.SelectMany(ledger => ledger.Accounts())];
}
