using System.Text.Json;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost;
using R1Pipeline.Stages.Gates;
using R1Pipeline.Stages.Measurement;
using R1Pipeline.Stages.Shards;

namespace R1Pipeline.Stages.Evaluation;

/// <summary>
/// Measures every model on every task (r1-recipe.md 12): pass@1 as the mean of k samples, pass@k, cons@k, format, language mixing, reflective words, length.
/// Trains nothing. All models answer the same problems with the same random draws.
/// </summary>
public sealed class EvaluationStage : IStage
{
    /// <inheritdoc/>
    public string Uses => "evaluation";

    /// <inheritdoc/>
    public StageResult Execute(StageContext context)
    {
        var options = context.Options<EvaluationOptions>();
        var models = context.Artifacts("models");
        var tasks = EvaluationTasks.Read(context, models, options.ShardSamples);

        (StageArtifact Model, TaskMeasurement Task, int Shard)[] shards =
        [
            .. from model in models
               from task in tasks.Measurements
               from shard in Enumerable.Range(0, task.NumShards)
               select (model, task, shard),
        ];
        using var current = new CurrentModel(context, tasks.Measurements.Max(task => task.MaxRows), options.MaxPrefillTokens);
        var measured = new ShardLoop<MeasuredShard>(context).Run(
            shards.Length,
            index =>
            {
                var (artifact, task, shard) = shards[index];
                var model = current.Load(artifact);
                return task.Measure(model, current.Engine, shard, options.ShownSamples, context.Progress) with { Model = artifact.Stage };
            },
            StepFigures,
            context.Resume?.Directory);
        tasks.MarkUsed();

        var figures = Figures(models, tasks.Measurements, measured);
        var gates = new StageGates(context);
        foreach (var gate in context.Request.Gates) gates.Measured(EvaluationGate.Check(gate, figures));

        var metrics = new Dictionary<string, object> { ["models"] = figures };
        if (gates.Outcomes.Count > 0) metrics["gates"] = gates.Outcomes;
        // Gates stand outside the stage's key, so nothing of them may stand in the artifact.
        var report = new Dictionary<string, object> { ["models"] = figures, ["samples"] = measured.SelectMany(Shown) };
        var artifact = context.CommitArtifact(
            ArtifactKind.EvaluationReport,
            directory => File.WriteAllText(Path.Combine(directory, "evaluation.json"), JsonSerializer.Serialize(report, ContractJson.Indented) + "\n"));
        return gates.Demand(new StageResult(artifact, metrics, tasks.Accounts()));
    }

    private static Dictionary<string, Dictionary<string, IReadOnlyDictionary<string, double>>> Figures(
        IReadOnlyList<StageArtifact> models, IReadOnlyList<TaskMeasurement> tasks, IReadOnlyList<MeasuredShard> shards) =>
        models.ToDictionary(
            model => model.Stage,
            model => tasks.ToDictionary(
                task => task.Task,
                task => task.Figures(shards.Where(shard => shard.Model == model.Stage && shard.Task == task.Task)).ToMetrics()));

    private static Dictionary<string, double> StepFigures(MeasuredShard shard)
    {
        var figures = new Dictionary<string, double> { ["response-tokens"] = shard.Samples.Average(sample => sample.Tokens) };
        GradedSample[] graded = [.. shard.Samples.Where(sample => sample.Error is null)];
        if (graded.Length > 0) figures["accuracy"] = graded.Average(sample => sample.Correct ? 1.0 : 0.0);
        if (graded.Length < shard.Samples.Count) figures["reward-errors"] = shard.Samples.Count - graded.Length;
        return figures;
    }

    private static IEnumerable<ShownSample> Shown(MeasuredShard shard) =>
        shard.Shown.Select(sample => sample with { Model = shard.Model, Task = shard.Task });
}
