using Microsoft.Data.Sqlite;
using R1Pipeline.Artifacts.Disk;

namespace R1Pipeline.Orchestration.Stores.Sqlite;

/// <summary>What SQLite's errors mean for a run, each said with what to do. An error that has no such meaning stays what it is.</summary>
/// <param name="path">The database file.</param>
/// <param name="patience">How long its lock was waited for.</param>
internal sealed class SqliteErrors(string path, TimeSpan patience)
{
    // https://www.sqlite.org/rescode.html
    private const int Permission = 3;
    private const int Busy = 5;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Full = 13;
    private const int CannotOpen = 14;

    // Less than this, and an I/O error is taken for the full disk that it most likely is: SQLite tells errno for its data file alone.
    private const long FullDiskBytes = 1 << 16;

    /// <summary>How long the lock is waited for.</summary>
    public TimeSpan Patience => patience;

    /// <summary>What to throw when the file cannot be opened.</summary>
    public Exception AtOpen(SqliteException error) => InUse(error) switch
    {
        IOException full => new RunRefusedException($"{full.Message}; free space and try again", exitCode: 3),
        { } known => known,
        null => new RunRefusedException($"the state database {path} cannot be opened: {error.Message}; check that the folder is writable and local", exitCode: 4),
    };

    /// <summary>What to throw instead of an error in use; null: the error itself.</summary>
    public Exception? InUse(SqliteException error) => error.SqliteErrorCode switch
    {
        Full => DiskGuard.DiskFull($"no space left for the state database {path}: {error.Message}", error),
        InputOutput when FreeBytes() < FullDiskBytes => DiskGuard.DiskFull($"no space left for the state database {path}: {error.Message}", error),
        Busy => new StoreUnavailableException(
            $"another process kept the state database {path} locked for {patience.TotalSeconds:0} s; find it with `fuser {path}`, end it or its transaction, and try again", error),
        ReadOnly or CannotOpen or Permission => new RunRefusedException(
            $"the state database {path} cannot be written: {error.Message}; make its folder writable or name another state folder with --state", exitCode: 4),
        _ => null,
    };

    private long FreeBytes()
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace;
        }
        catch (IOException)
        {
            return long.MaxValue; // the file system itself is gone: that is no full disk
        }
    }
}
