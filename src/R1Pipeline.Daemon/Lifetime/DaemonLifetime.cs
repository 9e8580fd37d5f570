using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using R1Pipeline.Daemon.Listening;
using R1Pipeline.Orchestration;
using Serilog;

namespace R1Pipeline.Daemon.Lifetime;

/// <summary>
/// From the first signal to the last word to systemd. The first SIGTERM or SIGINT asks for a graceful stop; from then on the system's own handling
/// is back, so the second one ends the process at once (its workers notice that their owner is gone and end themselves).
/// </summary>
internal sealed class DaemonLifetime(IHostApplicationLifetime application, ISystemdNotifier systemd, DaemonSocket socket, RunEngineOptions options, ILogger log)
    : IHostLifetime, IDisposable
{
    private readonly List<IDisposable> _registrations = [];
    private int _signals;

    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle));
        _registrations.Add(application.ApplicationStarted.Register(Started));
        _registrations.Add(application.ApplicationStopping.Register(Stopping));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        socket.Remove();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable registration in _registrations) registration.Dispose();
    }

    private void Started()
    {
        socket.OpenToGroup();
        log.Information("Listening on unix:{Socket}, state folder {State}, {Slots} slots", socket.Path, options.StateDirectory, options.Slots);
        systemd.Notify(ServiceState.Ready);
    }

    private void Stopping()
    {
        systemd.Notify(ServiceState.Stopping);
        log.Information("Stopping: the workers checkpoint, {Grace} at most; a second signal ends at once", options.GracePeriod);
    }

    private void Handle(PosixSignalContext signal)
    {
        if (Interlocked.Increment(ref _signals) > 1) return;
        signal.Cancel = true;
        ThreadPool.UnsafeQueueUserWorkItem(static lifetime => lifetime.StopApplication(), application, preferLocal: false);
    }
}
