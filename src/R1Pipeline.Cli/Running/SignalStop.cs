using System.Runtime.InteropServices;

namespace R1Pipeline.Cli.Running;

/// <summary>
/// SIGINT and SIGTERM. The first one asks for a graceful stop; from then on the system's own handling is back, so the second one ends the process
/// at once (its workers notice that their owner is gone and end themselves).
/// </summary>
internal sealed class SignalStop : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly Action _beforeKill;
    private int _signals;

    /// <param name="beforeKill">Restores the terminal before the second signal ends the process.</param>
    public SignalStop(Action beforeKill)
    {
        _beforeKill = beforeKill;
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
        _stop.Dispose();
    }

    private void Handle(PosixSignalContext signal)
    {
        if (Interlocked.Increment(ref _signals) > 1)
        {
            _beforeKill();
            return;
        }
        signal.Cancel = true;
        ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), _stop, preferLocal: false);
    }
}
