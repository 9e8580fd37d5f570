using System.CommandLine;
using R1Pipeline.Cli.Access;
using R1Pipeline.Cli.Output;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Status;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 cancel</c>: ends a run of any process; its owner checkpoints first.</summary>
internal static class CancelCommand
{
    public static Command Create()
    {
        Argument<string> run = CommonOptions.Run();
        var command = new Command("cancel", "Cancel a run; finished stages and checkpoints are kept.") { run, CommonOptions.Server };
        command.SetAction((parsed, stop) => ExecuteAsync(parsed, parsed.GetRequiredValue(run), stop));
        return command;
    }

    private static async Task<int> ExecuteAsync(ParseResult parsed, string run, CancellationToken stop)
    {
        var terminal = Terminal.Of(parsed);
        using IRunAccess access = RunAccess.Of(parsed);
        RunStatus after = await access.CancelAsync(run, stop);
        terminal.Say(after.State == ExecutionState.Running
            ? $"{run} is being cancelled: process {after.OwnerPid} checkpoints and stops"
            : $"{run} is {StatusText.State(after.State)}");
        return ExitCode.Done;
    }
}
