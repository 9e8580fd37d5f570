using R1Pipeline.Daemon;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Stores;

// r1-daemon: the service of one state folder. Users start it as `r1 daemon`, systemd and containers by its own name.
try
{
    if (DaemonArguments.WantsHelp(args))
    {
        Console.Out.WriteLine(DaemonArguments.Help);
        return 0;
    }
    await DaemonHost.RunAsync(DaemonArguments.Parse(args, Environment.GetEnvironmentVariable));
    return 0;
}
catch (RunRefusedException refusal)
{
    Console.Error.WriteLine($"error: {refusal.Message}");
    return refusal.ExitCode;
}
catch (StoreUnavailableException absent)
{
    Console.Error.WriteLine($"error: {absent.Message}");
    return 4;
}
catch (Exception error) when (error is IOException or UnauthorizedAccessException)
{
    // An address that is taken, a folder that cannot be written.
    Console.Error.WriteLine($"error: {error.Message}");
    return 1;
}
