namespace R1Pipeline.StageHost.Stacks;

/// <summary>
/// Writes where every thread of a hung worker stands, from another process of the same executable: what the kernel shows first, then the managed stacks,
/// for which the worker is stopped for a moment. Whatever cannot be had is said in the file; the part that is there stays. The caller bounds the time.
/// </summary>
public static class WorkerStacks
{
    /// <summary>First argument of a worker executable that is to do this; the process id and the file follow.</summary>
    public const string Argument = "--stacks";

    /// <summary>Writes the file.</summary>
    /// <param name="processId">The hung worker.</param>
    /// <param name="path">The file; replaced.</param>
    /// <returns>Exit code: 0 when the managed stacks are in it too.</returns>
    public static int Write(int processId, string path)
    {
        using var file = new StreamWriter(path) { AutoFlush = true };
        file.WriteLine($"Worker process {processId}, {TimeProvider.System.GetUtcNow():u}");
        file.WriteLine();
        file.WriteLine("Threads as the kernel shows them");
        foreach (string line in KernelThreads.Of(processId)) file.WriteLine($"  {line}");
        file.WriteLine();
        file.WriteLine("Managed stacks");
        try
        {
            foreach (string line in ManagedStacks.Of(processId)) file.WriteLine($"  {line}");
            return 0;
        }
#pragma warning disable CA1031 // A debugger meets a broken process: whatever it meets belongs into the file, beside what is there already.
        catch (Exception error)
#pragma warning restore CA1031
        {
            file.WriteLine($"  cannot be read: {error.Message.TrimEnd('.')}. It takes the right to trace the process (ptrace), and the runtime's debugging library beside the runtime.");
            return 1;
        }
    }
}
