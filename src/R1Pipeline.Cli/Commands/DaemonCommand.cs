using System.CommandLine;
using System.Runtime.InteropServices;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Workers;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 daemon</c>: becomes <c>r1-daemon</c>, in this very process: its signals, its exit code and its place under a supervisor are the daemon's own.</summary>
internal static partial class DaemonCommand
{
    /// <summary>Name of the environment variable that names the daemon executable.</summary>
    public const string DaemonVariable = "R1_DAEMON";

    public static Command Create()
    {
        var socket = new Option<string?>("--socket") { Description = "Unix socket to listen on (default: daemon.sock in the state folder); its group may connect.", HelpName = "PATH" };
        var urls = new Option<string?>("--urls") { Description = "Loopback addresses to listen on besides, separated by semicolons, as in http://127.0.0.1:8080.", HelpName = "URL" };
        Option<int?> slots = RunCommand.Slots();
        var command = new Command("daemon", "Serve a state folder: work on submitted and unfinished runs until SIGTERM, which checkpoints them.") { socket, urls, slots };
        command.SetAction(parsed => Become(
        [
            "--state", CommonOptions.StateDirectory(parsed),
            .. parsed.GetValue(CommonOptions.Database) is { Length: > 0 } database ? new[] { "--database", database } : [],
            .. parsed.GetValue(socket) is { } path ? new[] { "--socket", path } : [],
            .. parsed.GetValue(urls) is { } addresses ? new[] { "--urls", addresses } : [],
            .. parsed.GetValue(slots) is { } number ? new[] { "--slots", $"{number}" } : [],
        ]));
        return command;
    }

    private static int Become(string[] arguments)
    {
        string daemon = ProgramLocator.Find(Environment.GetEnvironmentVariable(DaemonVariable), DaemonVariable, "R1Pipeline.Daemon", "r1-daemon");
        _ = Execute(daemon, [daemon, .. arguments, null]);
        throw new RunRefusedException($"{daemon} cannot be started: {Marshal.GetLastPInvokeErrorMessage()}", ExitCode.EnvironmentLacks);
    }

    /// <summary>Replaces this process; returns only when it could not.</summary>
    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string path, string?[] arguments);
}
