using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace R1Pipeline.StageHost.Native;

/// <summary>
/// Takes standard output for the owner's channel alone: file descriptor 1 becomes a copy of standard error, so whatever native code or
/// a library prints ends in <c>stderr.log</c> and can never be taken for a message. Must run before any other code prints.
/// </summary>
internal static partial class StandardStreams
{
    private const int StandardOutput = 1;
    private const int StandardError = 2;

    /// <summary>The stream to the owner. On Windows, where native prints go through other handles, plain standard output.</summary>
    public static Stream TakeOutput()
    {
        if (OperatingSystem.IsWindows()) return Console.OpenStandardOutput();
        int channel = Duplicate(StandardOutput, OperatingSystem.IsMacOS() ? 67 : 1030, 3);
        if (channel < 0 || DuplicateOnto(StandardError, StandardOutput) < 0)
        {
            throw new IOException("cannot move standard output away", Marshal.GetLastPInvokeError());
        }
        return new FileStream(new SafeFileHandle(channel, ownsHandle: true), FileAccess.Write, bufferSize: 0);
    }

    /// <summary><c>fcntl(F_DUPFD_CLOEXEC)</c>: child processes of the worker do not inherit the copy.</summary>
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Duplicate(int descriptor, int command, int atLeast);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int DuplicateOnto(int descriptor, int target);
}
