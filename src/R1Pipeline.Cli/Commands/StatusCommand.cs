using System.CommandLine;
using R1Pipeline.Cli.Output;
using R1Pipeline.Orchestration.Status;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 status</c>: one run in full. Without a run: the newest for people, all of them (oldest first) for programs.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        Argument<string?> run = CommonOptions.OptionalRun("Run id; without it: the newest run, or with --json every run, oldest first.");
        Option<bool> json = CommonOptions.Json();
        var command = new Command("status", "Show where a run stands, stage by stage.") { run, json };
        command.SetAction(parsed => Execute(parsed, parsed.GetValue(run), parsed.GetValue(json)));
        return command;
    }

    private static int Execute(ParseResult parsed, string? run, bool json)
    {
        var terminal = Terminal.Of(parsed);
        using StateStore? state = run is null ? StateStore.Find(parsed) : StateStore.Require(parsed);
        IReadOnlyList<RunSummary> runs = run is null ? state?.Reader.Runs() ?? [] : [];
        if (json)
        {
            foreach (string id in run is null ? runs.Select(summary => summary.Run) : [run]) terminal.PrintJson(state!.Reader.Status(id));
            return ExitCode.Done;
        }
        if (run is null && runs.Count == 0)
        {
            terminal.Say($"{CommonOptions.StateDirectory(parsed)} holds no runs");
            return ExitCode.Done;
        }

        RunStatus status = state!.Reader.Status(run ?? runs[^1].Run);
        terminal.Print(StatusText.Head(status));
        TableView.Print(terminal, StatusText.Stages(status), "uses", "state", "resumed from");
        foreach (string message in StatusText.Messages(status)) terminal.Print(message);
        if (run is null && runs.Count > 1) terminal.Say($"{runs.Count - 1} older {(runs.Count == 2 ? "run" : "runs")}: r1 runs");
        return ExitCode.Done;
    }
}
