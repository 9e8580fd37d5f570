using System.CommandLine;
using System.Text.Json.Nodes;
using R1Pipeline.Cli.Output;
using R1Pipeline.Orchestration.Reports;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 metrics</c>: the figures of every committed step, ascending, none twice.</summary>
internal static class MetricsCommand
{
    public static Command Create()
    {
        Argument<string> run = CommonOptions.Run();
        Option<string?> stage = CommonOptions.Stage();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("metrics", "Print the figures of every committed step.") { run, stage, json };
        command.SetAction(parsed => Execute(parsed, parsed.GetRequiredValue(run), parsed.GetValue(stage), parsed.GetValue(json)));
        return command;
    }

    private static int Execute(ParseResult parsed, string run, string? stage, bool json)
    {
        var terminal = Terminal.Of(parsed);
        using var state = StateStore.Require(parsed);
        IReadOnlyList<StepMetricsRow> rows = state.Reader.Metrics(run, stage);
        if (json)
        {
            foreach (StepMetricsRow row in rows) terminal.PrintJson(Line(row));
            return ExitCode.Done;
        }
        foreach (IGrouping<string, StepMetricsRow> group in rows.GroupBy(row => row.Stage)) TableView.Print(terminal, Table(group));
        if (rows.Count == 0) terminal.Say("no step is committed yet");
        return ExitCode.Done;
    }

    private static JsonObject Line(StepMetricsRow row)
    {
        var line = new JsonObject { ["stage"] = row.Stage, ["step"] = row.Metrics.Step, ["iteration"] = row.Metrics.Iteration };
        foreach ((string name, double value) in row.Metrics.Values) line[name.Replace('-', '_')] = double.IsFinite(value) ? value : value.ToString();
        return line;
    }

    private static ReportTable Table(IGrouping<string, StepMetricsRow> rows)
    {
        var names = rows.SelectMany(row => row.Metrics.Values.Keys).Distinct().ToList();
        return new ReportTable(rows.Key, null, ["step", .. names], [.. rows.Select(IReadOnlyList<string> (row) =>
            [row.Metrics.Step.ToString(), .. names.Select(name => row.Metrics.Values.TryGetValue(name, out double value) ? Figures.Any(value) : Figures.None)])]);
    }
}
