using R1Pipeline.Artifacts;

namespace R1Pipeline.Orchestration.Nodes;

/// <summary>The right to work on a run on this machine. Held by one process at a time; the kernel frees it when that process dies.</summary>
public sealed class RunLock : IDisposable
{
    private static readonly TimeSpan ProbeTime = TimeSpan.FromMilliseconds(50);

    private readonly FileLock _lock;

    private RunLock(FileLock taken) => _lock = taken;

    /// <summary>Takes it; null: another process works on the run.</summary>
    public static RunLock? TryTake(RunDirectory run)
    {
        // Somebody who only looks (IsHeld) holds the lock for an instant: that is no owner.
        for (int i = 0; i < 5; i++)
        {
            if (FileLock.TryTake(run.Lock, $"{Environment.ProcessId}\n") is { } taken) return new RunLock(taken);
            Task.Delay(ProbeTime).Wait();
        }
        return null;
    }

    /// <summary>Whether a process works on the run.</summary>
    public static bool IsHeld(RunDirectory run) => FileLock.IsHeld(run.Lock);

    /// <summary>Frees it.</summary>
    public void Dispose() => _lock.Dispose();
}
