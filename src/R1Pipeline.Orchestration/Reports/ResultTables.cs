using System.Globalization;

namespace R1Pipeline.Orchestration.Reports;

/// <summary>The tables of results: one for every evaluation task, the paper's per-stage table, and what each stage cost. Computes nothing: every figure is the stages' own.</summary>
public static class ResultTables
{
    /// <summary>All tables that the terminal shows, in reading order.</summary>
    public static IReadOnlyList<ReportTable> All(RunReport report) => [.. Tasks(report), .. Paper(report), Stages(report)];

    /// <summary>A table for every task of every evaluation stage: a row a model, with the wall time of the stage that made it.</summary>
    public static IReadOnlyList<ReportTable> Tasks(RunReport report)
    {
        var tables = new List<ReportTable>();
        foreach (StageSection evaluation in report.Stages)
        {
            foreach (IGrouping<string, ReportedTask> task in ReportedTask.Read(evaluation.Metrics).GroupBy(figures => figures.Task))
            {
                tables.Add(Task(report, evaluation, task.Key, [.. task]));
            }
        }
        return tables;
    }

    /// <summary>Rows are tasks, columns the paper's stages; empty when no stage of the recipe was measured.</summary>
    public static IReadOnlyList<ReportTable> Paper(RunReport report)
    {
        IReadOnlyList<ReportedTask> figures = [.. report.Stages.SelectMany(stage => ReportedTask.Read(stage.Metrics))];
        var measured = figures.Select(figure => figure.Model).ToHashSet();
        var columns = PaperColumns.Of(report.Stages)
            .Select(column => (column.Label, Stage: column.Stages.FirstOrDefault(measured.Contains) ?? (column.Stages.Count > 0 ? column.Stages[0] : null)))
            .ToList();
        if (!columns.Exists(column => column.Stage is not null && measured.Contains(column.Stage))) return [];

        var rows = new List<IReadOnlyList<string>>();
        foreach (IGrouping<string, ReportedTask> task in figures.GroupBy(figure => figure.Task))
        {
            AddRow(rows, columns, task, "pass@1", figure => figure.PassAt1);
            if (task.Any(figure => figure.K > 1)) AddRow(rows, columns, task, $"cons@{task.First().K}", figure => figure.ConsAtK);
        }
        IReadOnlyList<string> heads = ["task", .. columns.Select(column => column.Stage is null ? column.Label : $"{column.Label} ({column.Stage})")];
        return [new ReportTable("Stages of the paper", "The shape of the paper's per-stage table. Dev1 to Dev3 are its intermediate checkpoints; a dash: this pipeline has no such stage, or did not measure it.", heads, rows)];
    }

    /// <summary>What every stage did and what it cost.</summary>
    public static ReportTable Stages(RunReport report)
    {
        IReadOnlyList<string> heads = ["stage", "uses", "state", "steps", "wall", "peak RSS", "attempts"];
        var rows = report.Stages.Select(IReadOnlyList<string> (stage) =>
        [
            stage.Name,
            stage.Uses,
            stage.Cached ? stage.State + ", cached" : stage.State,
            stage.StepsPlanned > 0 ? $"{stage.StepsDone}/{stage.StepsPlanned}" : Figures.None,
            Figures.Duration(stage.Wall),
            Figures.Bytes(stage.PeakResidentBytes),
            stage.Attempts.Count == 0 ? Figures.None : stage.Attempts.Count.ToString(CultureInfo.InvariantCulture),
        ]).ToList();
        return new ReportTable("Stages of this run", null, heads, rows);
    }

    private static ReportTable Task(RunReport report, StageSection evaluation, string task, IReadOnlyList<ReportedTask> models)
    {
        int k = models.Max(model => model.K) ?? 1;
        List<(string Head, Func<ReportedTask, string> Cell)> columns =
        [
            ("pass@1", model => Figures.ShareWithInterval(model.PassAt1, model.CiLow, model.CiHigh)),
            ("loose", model => Figures.Share(model.LoosePassAt1)),
        ];
        if (k > 1)
        {
            columns.Add(($"pass@{k}", model => Figures.Share(model.PassAtK)));
            columns.Add(($"cons@{k}", model => Figures.Share(model.ConsAtK)));
        }
        columns.AddRange(
        [
            ("format", model => Figures.Share(model.FormatRate)),
            ("mixing", model => Figures.Share(model.MixingRate)),
            ("reflective", model => Figures.Share(model.ReflectiveRate)),
            ("tokens", model => Figures.Mean(model.MeanTokens)),
            ("wall", model => Figures.Duration(report.Stages.FirstOrDefault(stage => stage.Name == model.Model)?.Wall)),
        ]);
        ReportedTask first = models[0];
        string note = $"{evaluation.Name}: {first.NumProblems} problems, {k} {(k == 1 ? "sample" : "samples")} each, T = {first.Temperature?.ToString(CultureInfo.InvariantCulture) ?? Figures.None}; ± is half the 95 % interval.";
        return new ReportTable(
            task,
            note,
            ["stage", .. columns.Select(column => column.Head)],
            [.. models.Select(IReadOnlyList<string> (model) => [model.Model, .. columns.Select(column => column.Cell(model))])]);
    }

    private static void AddRow(List<IReadOnlyList<string>> rows, List<(string Label, string? Stage)> columns, IEnumerable<ReportedTask> task, string metric, Func<ReportedTask, double?> value)
    {
        string name = $"{task.First().Task} ({metric})";
        rows.Add([name, .. columns.Select(column => task.FirstOrDefault(figure => figure.Model == column.Stage) is { } figure ? Figures.Share(value(figure)) : Figures.None)]);
    }
}
