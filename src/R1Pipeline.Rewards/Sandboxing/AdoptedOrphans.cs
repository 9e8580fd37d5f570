using System.Runtime.InteropServices;

namespace R1Pipeline.Rewards.Sandboxing;

/// <summary>
/// While one is held, a process of a sandbox whose parent ended becomes this process's child, not the init process's that takes its time with the dead. So the end of
/// every one can be waited for. Only where none can leave its group: an orphan of another group would never be taken leave of.
/// </summary>
/// <remarks>No process in between does it: the jail becomes its program, and a managed runtime must not fork.</remarks>
internal sealed partial class AdoptedOrphans : IDisposable
{
    private const int SetChildSubreaper = 36, Interrupted = 4;
    private static readonly Lock Turn = new();
    private static int _holders;

    /// <exception cref="IOException">The kernel refused.</exception>
    public AdoptedOrphans()
    {
        lock (Turn)
        {
            if (_holders == 0 && Control(SetChildSubreaper, 1, 0, 0, 0) != 0) throw new IOException($"orphans of a sandbox cannot be adopted, error {Marshal.GetLastPInvokeError()}");
            _holders++;
        }
    }

    /// <summary>Ends what is left of the group of a process that has ended, and waits until the kernel has forgotten the last one. A parent's children are handed over
    /// before it counts as dead, so none can be missed.</summary>
    public static void SeeOff(int leader)
    {
        ProcessGroup.Kill(leader);
        while (Wait(-leader, out _, 0) > 0 || Marshal.GetLastPInvokeError() == Interrupted)
        {
            // One more is gone; the kernel says when there is no other.
        }
    }

    /// <summary>Ends the adoption with the last holder.</summary>
    public void Dispose()
    {
        lock (Turn)
        {
            if (--_holders == 0) _ = Control(SetChildSubreaper, 0, 0, 0, 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Wait(int process, out int status, int options);
}
