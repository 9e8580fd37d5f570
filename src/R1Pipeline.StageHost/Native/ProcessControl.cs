using System.Diagnostics;
using System.Runtime.InteropServices;

namespace R1Pipeline.StageHost.Native;

/// <summary>Ends this process without asking anybody: no finalizers, no exit handlers, no wait for a native call that is under way.</summary>
internal static partial class ProcessControl
{
    private const int SigKill = 9;

    /// <summary>As if somebody had sent SIGKILL.</summary>
    public static void KillSelf()
    {
        if (OperatingSystem.IsWindows()) Process.GetCurrentProcess().Kill();
        else _ = Kill(Environment.ProcessId, SigKill);
        WaitForTheEnd();
    }

    /// <summary>The process that started this one; once it is gone, whoever inherited it.</summary>
    public static int ParentId => OperatingSystem.IsWindows() ? 0 : GetParentId();

    /// <summary>Kills the process that started this one, if it still lives and is no init process.</summary>
    /// <param name="known">Its id when this process began: whoever inherited an orphan is nobody's target.</param>
    public static void KillParent(int known)
    {
        if (known > 1 && ParentId == known) _ = Kill(known, SigKill);
    }

    /// <summary>As if native code had aborted.</summary>
    public static void AbortSelf()
    {
        if (OperatingSystem.IsWindows()) Process.GetCurrentProcess().Kill();
        else Abort();
    }

    /// <summary>Ends with an exit code, from any thread.</summary>
    public static void ExitNow(int code)
    {
        if (OperatingSystem.IsWindows()) _ = TerminateProcess(Process.GetCurrentProcess().Handle, (uint)code);
        else ExitImmediately(code);
    }

    private static void WaitForTheEnd()
    {
        using var never = new ManualResetEventSlim();
        never.Wait();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int GetParentId();

    [LibraryImport("libc", EntryPoint = "abort")]
    private static partial void Abort();

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitImmediately(int code);

    [LibraryImport("kernel32", EntryPoint = "TerminateProcess")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool TerminateProcess(nint process, uint code);
}
