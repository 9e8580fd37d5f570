using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace R1Pipeline.Artifacts.Disk;

/// <summary>
/// The two things about folders that .NET does not offer: fsync (so that a rename survives a power cut) and a lock that the kernel
/// drops when its holder dies. On Windows both are no-ops: NTFS journals renames, and nobody there can tell whether a holder lives.
/// </summary>
public static partial class DurableDirectory
{
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private const int NotFound = 2;
    private const int InvalidArgument = 22; // fsync of a folder on file systems that cannot

    private static int CloseOnExec => OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;

    /// <summary>Makes the folder's entries durable.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows()) return;
        using SafeFileHandle handle = OpenDirectory(directory);
        if (Fsync(handle) == 0) return;
        int error = Marshal.GetLastPInvokeError();
        if (error != InvalidArgument) throw Failure("fsync", directory, error);
    }

    /// <summary>Locks the folder and waits for the lock if need be. Null where the file system has no such locks.</summary>
    internal static SafeFileHandle? Lock(string directory) => TryLock(directory, LockExclusive);

    /// <summary>Locks the folder; null when somebody holds it, nobody can tell, or it is gone.</summary>
    internal static SafeFileHandle? TryLock(string directory) => TryLock(directory, LockExclusive | LockNonBlocking);

    private static SafeFileHandle? TryLock(string directory, int operation)
    {
        if (OperatingSystem.IsWindows()) return null;
        try
        {
            SafeFileHandle handle = OpenDirectory(directory);
            if (Flock(handle, operation) == 0) return handle;
            handle.Dispose();
            return null;
        }
        catch (IOException error) when (error.HResult == NotFound)
        {
            return null; // another process cleaned it up in the meantime
        }
    }

    private static SafeFileHandle OpenDirectory(string directory)
    {
        int descriptor = Open(directory, CloseOnExec);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failure("open", directory, Marshal.GetLastPInvokeError());
    }

    private static IOException Failure(string call, string directory, int error) =>
        new($"{call} of folder '{directory}' failed: {new Win32Exception(error).Message}", error);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle descriptor);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle descriptor, int operation);
}
