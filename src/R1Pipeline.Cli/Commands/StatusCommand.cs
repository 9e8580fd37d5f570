using System.CommandLine;
using R1Pipeline.Cli.Access;
using R1Pipeline.Cli.Output;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 status</c>: one run in full. Without a run: the newest for people, all of them (oldest first) for programs.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        Argument<string?> run = CommonOptions.OptionalRun("Run id; without it: the newest run, or with --json every run, oldest first.");
        Option<bool> json = CommonOptions.Json();
        var command = new Command("status", "Show where a run stands, stage by stage.") { run, json, CommonOptions.Server };
        command.SetAction((parsed, stop) => ExecuteAsync(parsed, parsed.GetValue(run), parsed.GetValue(json), stop));
        return command;
    }

    private static async Task<int> ExecuteAsync(ParseResult parsed, string? run, bool json, CancellationToken stop)
    {
        var terminal = Terminal.Of(parsed);
        using IRunAccess access = RunAccess.Of(parsed);
        IReadOnlyList<RunSummary> runs = run is null ? await access.RunsAsync(stop) : [];
        if (json)
        {
            foreach (string id in run is null ? runs.Select(summary => summary.Run) : [run]) terminal.PrintJson(await access.StatusAsync(id, stop));
            return ExitCode.Done;
        }
        if (run is null && runs.Count == 0)
        {
            terminal.Say($"{access.Place} holds no runs");
            return ExitCode.Done;
        }

        StatusText.Print(terminal, await access.StatusAsync(run ?? runs[^1].Run, stop));
        if (run is null && runs.Count > 1) terminal.Say($"{runs.Count - 1} older {(runs.Count == 2 ? "run" : "runs")}: r1 runs");
        return ExitCode.Done;
    }
}
