using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using R1Pipeline.Daemon.Api;
using R1Pipeline.Daemon.Lifetime;
using R1Pipeline.Daemon.Listening;
using R1Pipeline.Daemon.Queue;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Status;
using R1Pipeline.Orchestration.Stores;
using R1Pipeline.Orchestration.Workers;
using Serilog;

namespace R1Pipeline.Daemon;

/// <summary>
/// The composition root: one state folder, its store, its engine and queue, and the HTTP API on a Unix socket and loopback addresses. Decides nothing
/// about runs.
/// </summary>
internal static class DaemonHost
{
    /// <summary>Time that the host leaves the queue beyond the workers' own grace period, to commit what they leave behind.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    /// <summary>Serves until it is told to stop and every running stage is checkpointed.</summary>
    /// <exception cref="RunRefusedException">Another daemon has the state folder, or something that it needs is missing.</exception>
    public static async Task RunAsync(DaemonArguments arguments)
    {
        var options = new RunEngineOptions { StateDirectory = arguments.StateDirectory, Worker = WorkerLocator.Find(Environment.GetEnvironmentVariable("R1_WORKER")) };
        if (arguments.Slots is { } slots) options = options with { Slots = slots };

        using DaemonLock alone = DaemonLock.Take(arguments.StateDirectory);
        await using var log = DaemonLog.Create(arguments.StateDirectory);
        using var stop = new CancellationTokenSource();
        using IRunStore store = RunStores.Open(arguments.StateDirectory, create: true, arguments.Database, message => log.Warning("{Message:l}", message), stop.Token)!;
        var socket = new DaemonSocket(arguments.Socket);
        await socket.ClearAsync();

        await using WebApplication application = Build(arguments, options, store, socket, log);
        using var stopping = application.Lifetime.ApplicationStopping.Register(stop.Cancel);
        var queue = application.Services.GetRequiredService<RunQueue>();
        await application.RunAsync();
        // A queue that broke stops the host without a word: it must not look like an orderly end.
        await queue.ExecuteTask!;
        log.Information("Stopped");
    }

    private static WebApplication Build(DaemonArguments arguments, RunEngineOptions options, IRunStore store, DaemonSocket socket, ILogger log)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "r1-daemon", ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, arguments));
        builder.Services
            .AddSerilog(log)
            .AddRoutingCore()
            .AddSingleton(log)
            .AddSingleton(TimeProvider.System)
            .AddSingleton(options)
            .AddSingleton(store)
            .AddSingleton(socket)
            .AddSingleton<ISystemdNotifier, SystemdNotifier>()
            .AddSingleton<IHostLifetime, DaemonLifetime>()
            .AddSingleton<RunEvents, Unwatched>()
            .AddSingleton<RunEngine>()
            .AddSingleton(services => new RunReader(store, options.StateDirectory, services.GetRequiredService<RunQueue>().GoesOnWith))
            .AddSingleton(new RunLogReader(store, options.StateDirectory))
            .AddSingleton(new RunCancellation(store, options.StateDirectory, TimeProvider.System))
            .AddSingleton<RunQueue>()
            .AddHostedService(services => services.GetRequiredService<RunQueue>())
            .AddSingleton<ApiErrors>()
            .AddSingleton<RunsApi>()
            .AddSingleton<EventsApi>()
            .AddSingleton<LogsApi>()
            .AddSingleton<HealthApi>()
            // Connections that wait for news must not hold up the checkpoints, nor they the connections.
            .Configure<HostOptions>(host => (host.ShutdownTimeout, host.ServicesStopConcurrently) = (options.GracePeriod + Margin, true));

        WebApplication application = builder.Build();
        application.Use(LocalCallers.InvokeAsync);
        application.Use(application.Services.GetRequiredService<ApiErrors>().InvokeAsync);
        application.Services.GetRequiredService<RunsApi>().Map(application);
        application.Services.GetRequiredService<EventsApi>().Map(application);
        application.Services.GetRequiredService<LogsApi>().Map(application);
        application.Services.GetRequiredService<HealthApi>().Map(application);
        return application;
    }

    private static void Listen(KestrelServerOptions kestrel, DaemonArguments arguments)
    {
        kestrel.AddServerHeader = false;
        kestrel.ListenUnixSocket(arguments.Socket);
        foreach (Uri url in arguments.Urls)
        {
            if (IPAddress.TryParse(url.DnsSafeHost, out IPAddress? address)) kestrel.Listen(address, url.Port);
            else kestrel.ListenLocalhost(url.Port);
        }
    }

    /// <summary>Nobody looks on: the logs and the store say all.</summary>
    private sealed class Unwatched : RunEvents;
}
