using R1Pipeline.Cli.Access;
using R1Pipeline.Orchestration.Status;

namespace R1Pipeline.Cli.Output;

/// <summary>What a server made of a run that was put into its queue: words for people, the run id alone on standard output for scripts.</summary>
internal static class Submitted
{
    public static void Print(Terminal terminal, IRunAccess server, RunStatus run, bool json)
    {
        terminal.Say($"run {run.Run} of {run.Pipeline} is {StatusText.State(run.State)} at {server.Place}; r1 watch {run.Run} --server {server.Place} follows it");
        if (json) terminal.PrintJson(run);
        else terminal.Print(run.Run);
    }
}
