using System.Globalization;
using R1Pipeline.StageHost.Native;

namespace R1Pipeline.StageHost.Faults;

/// <summary>
/// Breaks a worker on purpose, for tests: environment variable <c>R1_FAULT</c>, a comma-separated list of
/// <c>abort@step=N</c> (SIGABRT once step N is computed), <c>kill@step=N</c> (SIGKILL), <c>kill@checkpoint=N</c> (SIGKILL once the Nth
/// checkpoint lies on disk and before the owner hears of it), <c>disk-full@checkpoint=N</c> (no space left while the Nth is written) and
/// <c>slow-ms=N</c> (waits after every step). All but the last strike in the first attempt only, so that the retry gets through.
/// Unset, as in every real run, it does nothing.
/// </summary>
internal sealed class FaultPlan
{
    private const int NoSpace = 28;

    private readonly Dictionary<string, long> _faults;
    private readonly bool _armed;
    private long _checkpoints;

    public FaultPlan(string? text, int attempt)
    {
        _armed = attempt == 1;
        _faults = (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(part => part.Split('='))
            .ToDictionary(pair => pair[0], pair => long.Parse(pair[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
    }

    public void AfterStep(long step)
    {
        if (Strikes("abort@step", step)) ProcessControl.AbortSelf();
        if (Strikes("kill@step", step)) ProcessControl.KillSelf();
        if (!_faults.TryGetValue("slow-ms", out long wait)) return;
        using var never = new ManualResetEventSlim();
        never.Wait(TimeSpan.FromMilliseconds(wait));
    }

    public void WhileCheckpointIsWritten()
    {
        _checkpoints++;
        if (Strikes("disk-full@checkpoint", _checkpoints)) throw new IOException("No space left on device (R1_FAULT)", NoSpace);
    }

    public void BeforeCheckpointIsAnnounced()
    {
        if (Strikes("kill@checkpoint", _checkpoints)) ProcessControl.KillSelf();
    }

    private bool Strikes(string fault, long at) => _armed && _faults.TryGetValue(fault, out long when) && when == at;
}
