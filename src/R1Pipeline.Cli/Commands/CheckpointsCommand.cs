using System.CommandLine;
using R1Pipeline.Cli.Output;
using R1Pipeline.Orchestration.Reports;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 checkpoints</c>: what a run has on disk, whether it is still what was written, what of it may go, and a model out of it.</summary>
internal static class CheckpointsCommand
{
    public static Command Create() => new("checkpoints", "List, verify, prune or export the checkpoints and outputs of a run.")
    {
        CreateList(),
        CheckpointsVerifyCommand.Create(),
        CheckpointsPruneCommand.Create(),
        CheckpointsExportCommand.Create(),
    };

    private static Command CreateList()
    {
        Argument<string> run = CommonOptions.Run();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("list", "List a run's checkpoints by stage and step.") { run, json };
        command.SetAction(parsed => List(parsed, parsed.GetRequiredValue(run), parsed.GetValue(json)));
        return command;
    }

    private static int List(ParseResult parsed, string run, bool json)
    {
        var terminal = Terminal.Of(parsed);
        using var state = StateStore.Require(parsed);
        IReadOnlyList<CheckpointRow> rows = state.Reader.Checkpoints(run);
        if (json)
        {
            foreach (CheckpointRow row in rows) terminal.PrintJson(new { row.Stage, row.Step, row.State, row.Sha256, row.Bytes, Path = row.Folder });
            return ExitCode.Done;
        }
        if (rows.Count == 0) terminal.Say($"run {run} has no checkpoints");
        else
        {
            TableView.Print(terminal, new ReportTable("", null, ["stage", "step", "state", "size", "sha256", "path"],
                [.. rows.Select(IReadOnlyList<string> (row) => [row.Stage, row.Step.ToString(), row.State, Figures.Bytes(row.Bytes), row.Sha256[..12], row.Folder])]), "state", "sha256", "path");
        }
        return ExitCode.Done;
    }
}
