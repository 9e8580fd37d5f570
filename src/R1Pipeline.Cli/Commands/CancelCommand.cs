using System.CommandLine;
using R1Pipeline.Cli.Output;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 cancel</c>: ends a run of any process; its owner checkpoints first.</summary>
internal static class CancelCommand
{
    public static Command Create()
    {
        Argument<string> run = CommonOptions.Run();
        var command = new Command("cancel", "Cancel a run; finished stages and checkpoints are kept.") { run };
        command.SetAction(parsed => Execute(parsed, parsed.GetRequiredValue(run)));
        return command;
    }

    private static int Execute(ParseResult parsed, string run)
    {
        var terminal = Terminal.Of(parsed);
        using var state = StateStore.Require(parsed);
        RunState after = new RunCancellation(state.Store, state.Directory, TimeProvider.System).Request(run);
        terminal.Say(after.State == ExecutionState.Running
            ? $"{run} is being cancelled: process {after.OwnerPid} checkpoints and stops"
            : $"{run} is {StatusText.State(after.State)}");
        return ExitCode.Done;
    }
}
