using System.Runtime.InteropServices;

namespace R1Pipeline.Rewards.Sandboxing;

/// <summary>All processes that came from one that leads a group.</summary>
internal static partial class ProcessGroup
{
    private const int KillSignal = 9;

    /// <summary>Ends them, at once: a fork that is under way ends with them. A group that is no more is left alone.</summary>
    public static void Kill(int leader) => _ = Send(-leader, KillSignal);

    /// <summary>Ends one process; one that is no more is left alone.</summary>
    public static void KillOne(int process) => _ = Send(process, KillSignal);

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Send(int process, int signal);
}
