using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using R1Pipeline.Daemon;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Stores;
using R1Pipeline.Orchestration.Workers;
using Serilog;

// r1-daemon --state DIR: the composition root of the service. So far it goes on with every unfinished run of a state folder and stops
// gracefully on SIGTERM; it has no socket, no HTTP and no submissions.
if (args is not ["--state", var directory])
{
    Console.Error.WriteLine("usage: r1-daemon --state DIR");
    return 2;
}

const int EnvironmentIncomplete = 4;
string state = Path.GetFullPath(directory);
try
{
    var options = new RunEngineOptions { StateDirectory = state, Worker = WorkerLocator.Find(Environment.GetEnvironmentVariable("R1_WORKER")) };
    using var log = new LoggerConfiguration().WriteTo.Console(formatProvider: CultureInfo.InvariantCulture).CreateLogger();
    using var store = RunStores.Open(state, create: true)!;

    var builder = Host.CreateApplicationBuilder();
    builder.Services.AddSerilog(log);
    builder.Services.AddSingleton(TimeProvider.System).AddSingleton(options).AddSingleton(store);
    builder.Services.AddHostedService<UnfinishedRuns>();
    // Workers checkpoint before the host gives up on them.
    builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.GracePeriod + TimeSpan.FromSeconds(10));
    await builder.Build().RunAsync();
    return 0;
}
catch (RunRefusedException e)
{
    Console.Error.WriteLine($"r1-daemon: {e.Message}");
    return e.ExitCode == 1 ? EnvironmentIncomplete : e.ExitCode;
}
