using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Artifacts.Disk;

/// <summary>
/// Stands before every save: refuses to start one that will not fit, and turns a disk that fills up meanwhile into the same failure,
/// which names the space needed and the space found. The save itself must remove what it had written.
/// </summary>
/// <param name="run">Run id, for the advice in the message.</param>
/// <param name="freeBytes">Free bytes for this user on the file system of a folder; null: ask the system.</param>
public sealed class DiskGuard(string run, Func<string, long>? freeBytes = null)
{
    private const double Margin = 1.2;
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    private readonly Func<string, long> _freeBytes = freeBytes ?? (directory => new DriveInfo(Path.GetFullPath(directory)).AvailableFreeSpace);

    /// <summary>
    /// Runs <paramref name="save"/> if the file system of the folder (made if need be) has room for 1.2 times <paramref name="expectedBytes"/>
    /// (0: size unknown, only a full disk stops it).
    /// </summary>
    /// <exception cref="StageFailedException">Class <see cref="StageFailureClass.DiskFull"/>.</exception>
    public T Run<T>(string directory, string what, long expectedBytes, Func<T> save)
    {
        Directory.CreateDirectory(directory);
        long needed = (long)(expectedBytes * Margin);
        long found = _freeBytes(directory);
        if (found < needed) throw Full(directory, what, expectedBytes, needed, found, null);
        try
        {
            return save();
        }
        catch (IOException error) when (IsDiskFull(error))
        {
            long written = error.Data[nameof(StagedDirectory.WrittenBytes)] as long? ?? 0;
            long size = Math.Max(expectedBytes, written);
            throw Full(directory, what, size, Math.Max((long)(size * Margin), found + 1), _freeBytes(directory), error);
        }
    }

    /// <summary>Whether an error says that no space (or quota) is left.</summary>
    public static bool IsDiskFull(IOException error) => OperatingSystem.IsWindows()
        ? error.HResult is WindowsHandleDiskFull or WindowsDiskFull
        : error.HResult is NoSpace or QuotaExceeded;

    /// <summary>The same failure as any other full disk, for libraries that have a word of their own for it.</summary>
    public static IOException DiskFull(string message, Exception inner) =>
        new(message, inner) { HResult = OperatingSystem.IsWindows() ? WindowsDiskFull : NoSpace };

    private StageFailedException Full(string directory, string what, long size, long needed, long found, Exception? inner) => new(
        StageFailureClass.DiskFull,
        $"{what} of {(inner is null ? "" : "at least ")}{size} bytes needs {needed} bytes, found {found} free on '{directory}'; free space and `r1 resume {run}`",
        inner);
}
