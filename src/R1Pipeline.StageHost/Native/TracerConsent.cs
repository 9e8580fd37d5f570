using System.Runtime.InteropServices;

namespace R1Pipeline.StageHost.Native;

/// <summary>
/// Lets the owner, and what it starts, look at this process's stacks when it hangs, on systems that ask for that word (Yama's ptrace scope).
/// Elsewhere the call means nothing and fails quietly.
/// </summary>
internal static partial class TracerConsent
{
    private const int SetTracer = 0x59616d61; // PR_SET_PTRACER

    public static void GiveToParent()
    {
        if (OperatingSystem.IsLinux()) _ = ProcessOption(SetTracer, (nuint)ProcessControl.ParentId);
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int ProcessOption(int option, nuint value);
}
