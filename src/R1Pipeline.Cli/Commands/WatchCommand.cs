using System.CommandLine;
using R1Pipeline.Cli.Output;
using R1Pipeline.Cli.Progress;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Status;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 watch</c>: follows a run of any process until it rests; ends as the run did. Leaving it does not touch the run.</summary>
internal static class WatchCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        Argument<string> run = CommonOptions.Run();
        var command = new Command("watch", "Follow a run until it rests; ends with its exit code.") { run };
        command.SetAction((parsed, stop) => ExecuteAsync(parsed, parsed.GetRequiredValue(run), stop));
        return command;
    }

    private static async Task<int> ExecuteAsync(ParseResult parsed, string run, CancellationToken stop)
    {
        var terminal = Terminal.Of(parsed);
        using var state = StateStore.Require(parsed);
        using var timer = new PeriodicTimer(Interval, TimeProvider.System);
        var follower = new StatusFollower(terminal, TimeProvider.System);
        RunStatus status;
        do
        {
            status = state.Reader.Status(run);
            follower.Show(status);
        }
        while (status.State is ExecutionState.Running or ExecutionState.Waiting && await timer.WaitForNextTickAsync(stop));

        terminal.Print(StatusText.Head(status));
        TableView.Print(terminal, StatusText.Stages(status), "uses", "state", "resumed from");
        foreach (string message in StatusText.Messages(status)) terminal.Print(message);
        return status.State switch
        {
            ExecutionState.Interrupted => ExitCode.Interrupted,
            _ => RunOutcome.Of(state.Store.Find(run)!).ExitCode,
        };
    }
}
