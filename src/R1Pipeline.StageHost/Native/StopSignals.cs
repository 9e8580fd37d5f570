using System.Runtime.InteropServices;

namespace R1Pipeline.StageHost.Native;

/// <summary>
/// SIGTERM asks for a checkpoint and an end. SIGINT and SIGHUP are swallowed: a terminal sends them to the whole process group,
/// and it is the owner who decides what they mean; if they end the owner, the closed channel ends the worker.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations;

    public StopSignals(Action stop)
    {
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
            {
                context.Cancel = true;
                stop();
            }),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true),
        ];
    }

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());
}
