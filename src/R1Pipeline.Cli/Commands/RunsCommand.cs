using System.CommandLine;
using R1Pipeline.Cli.Access;
using R1Pipeline.Cli.Output;
using R1Pipeline.Orchestration.Reports;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 runs</c>: every run of the state folder or the server, oldest first.</summary>
internal static class RunsCommand
{
    public static Command Create()
    {
        Option<bool> json = CommonOptions.Json();
        var command = new Command("runs", "List all runs, oldest first.") { json, CommonOptions.Server };
        command.SetAction((parsed, stop) => ExecuteAsync(parsed, parsed.GetValue(json), stop));
        return command;
    }

    private static async Task<int> ExecuteAsync(ParseResult parsed, bool json, CancellationToken stop)
    {
        var terminal = Terminal.Of(parsed);
        using IRunAccess access = RunAccess.Of(parsed);
        IReadOnlyList<RunSummary> runs = await access.RunsAsync(stop);
        if (json)
        {
            foreach (RunSummary run in runs) terminal.PrintJson(run);
            return ExitCode.Done;
        }
        if (runs.Count == 0) terminal.Say($"{access.Place} holds no runs");
        else TableView.Print(terminal, new ReportTable("", null, ["run", "pipeline", "state", "created"], [.. runs.Select(Row)]), "pipeline", "state", "created");
        return ExitCode.Done;
    }

    private static IReadOnlyList<string> Row(RunSummary run) => [run.Run, run.Pipeline, StatusText.State(run.State), run.Created.ToString("u")];
}
