using System.CommandLine;
using R1Pipeline.Cli.Output;
using R1Pipeline.Orchestration;

namespace R1Pipeline.Cli.Access;

/// <summary>Chooses between the two ways to runs: <c>--server</c>, else <c>--state</c>, else <c>R1_SERVER</c>, else the default state folder.</summary>
internal static class RunAccess
{
    /// <summary>The way that the command line names.</summary>
    /// <exception cref="RunRefusedException">It names two, or an address that is none; exit code 2.</exception>
    public static IRunAccess Of(ParseResult parsed) => Server(parsed) is { } server ? server : new LocalRuns(parsed);

    /// <summary>The server that the command line or the environment names; null: none.</summary>
    /// <exception cref="RunRefusedException">The command line names a state folder besides, or the address is none; exit code 2.</exception>
    public static ServerRuns? Server(ParseResult parsed)
    {
        bool stateNamed = parsed.GetResult(CommonOptions.State) is { Implicit: false } || parsed.GetResult(CommonOptions.Database) is { Implicit: false };
        string? address = parsed.GetValue(CommonOptions.Server);
        if (!string.IsNullOrEmpty(address) && stateNamed) throw new RunRefusedException("--server excludes --state and --database: the server has its own", ExitCode.WrongInput);
        if (string.IsNullOrEmpty(address) && !stateNamed) address = Environment.GetEnvironmentVariable(CommonOptions.ServerVariable);
        return string.IsNullOrEmpty(address) ? null : new ServerRuns(ServerAddress.Parse(address), Terminal.Of(parsed).Say);
    }
}
