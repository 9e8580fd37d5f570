using R1Pipeline.Artifacts;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Nodes;

namespace R1Pipeline.Daemon.Lifetime;

/// <summary>The right to be the daemon of a state folder. The kernel frees it when its process dies, however it dies.</summary>
internal sealed class DaemonLock : IDisposable
{
    private readonly FileLock _lock;

    private DaemonLock(FileLock taken) => _lock = taken;

    /// <summary>Takes it.</summary>
    /// <exception cref="RunRefusedException">Another daemon has it, exit code 1; or the folder cannot be created, exit code 4.</exception>
    public static DaemonLock Take(string stateDirectory)
    {
        try
        {
            Directory.CreateDirectory(stateDirectory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunRefusedException($"the state folder {stateDirectory} cannot be created: {e.Message}", exitCode: 4);
        }
        if (FileLock.TryTake(RunDirectory.DaemonLockOf(stateDirectory)) is not { } taken)
        {
            throw new RunRefusedException($"process {Holder(stateDirectory)} is the daemon of {stateDirectory} already; `r1 runs --server unix:PATH` asks it");
        }
        // In a file of its own: nobody else can read a locked one.
        AtomicFile.WriteAllText(RunDirectory.DaemonProcessOf(stateDirectory), $"{Environment.ProcessId}\n");
        return new DaemonLock(taken);
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static string Holder(string stateDirectory)
    {
        string path = RunDirectory.DaemonProcessOf(stateDirectory);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : "(starting)";
    }
}
