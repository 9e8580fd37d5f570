using System.CommandLine;
using R1Pipeline.Cli.Access;
using R1Pipeline.Cli.Output;
using R1Pipeline.Cli.Progress;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Status;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 watch</c>: follows a run of any process until it rests; ends as the run did. Leaving it does not touch the run.</summary>
internal static class WatchCommand
{
    public static Command Create()
    {
        Argument<string> run = CommonOptions.Run();
        var command = new Command("watch", "Follow a run until it rests; ends with its exit code.") { run, CommonOptions.Server };
        command.SetAction((parsed, stop) => ExecuteAsync(parsed, parsed.GetRequiredValue(run), stop));
        return command;
    }

    /// <summary>Follows a run until it rests, then shows where it stands.</summary>
    public static async Task<int> FollowAsync(Terminal terminal, IRunAccess access, string run, CancellationToken stop)
    {
        var follower = new StatusFollower(terminal, TimeProvider.System);
        RunStatus status = await access.StatusAsync(run, stop);
        follower.Show(status);
        while (status.State is ExecutionState.Running or ExecutionState.Waiting)
        {
            status = await access.NextStatusAsync(run, stop);
            follower.Show(status);
        }
        StatusText.Print(terminal, status);
        return ExitCode.Of(status);
    }

    private static async Task<int> ExecuteAsync(ParseResult parsed, string run, CancellationToken stop)
    {
        using IRunAccess access = RunAccess.Of(parsed);
        return await FollowAsync(Terminal.Of(parsed), access, run, stop);
    }
}
