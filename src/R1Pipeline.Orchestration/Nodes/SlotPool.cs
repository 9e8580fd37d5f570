using System.Runtime.InteropServices;

namespace R1Pipeline.Orchestration.Nodes;

/// <summary>
/// The compute slots of this machine: one lock file each, shared by all runs and state folders of the user, freed by the kernel when
/// their holder dies. Stages of one process are served in the order in which they asked.
/// </summary>
public sealed partial class SlotPool(string directory, int slots, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan PollTime = TimeSpan.FromMilliseconds(250);

    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Folder of the locks that all processes of this user share.</summary>
    public static string SharedDirectory => Path.Combine(Path.GetTempPath(), OperatingSystem.IsWindows() ? "r1-slots" : $"r1-slots-{UserId()}");

    /// <summary>Takes a slot, waiting for one.</summary>
    /// <param name="waiting">Called once when none is free.</param>
    /// <param name="stop">Ends the wait.</param>
    public async Task<IDisposable> TakeAsync(Action waiting, CancellationToken stop)
    {
        bool said = false;
        if (!await _turn.WaitAsync(TimeSpan.Zero, stop))
        {
            waiting();
            said = true;
            await _turn.WaitAsync(stop);
        }
        try
        {
            while (true)
            {
                for (int slot = 0; slot < slots; slot++)
                {
                    if (FileLock.TryTake(Path.Combine(directory, $"slot-{slot}.lock"), $"{Environment.ProcessId}\n") is { } taken) return taken;
                }
                if (!said) waiting();
                said = true;
                await Task.Delay(PollTime, time, stop);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint UserId();
}
