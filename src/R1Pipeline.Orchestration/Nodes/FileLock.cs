namespace R1Pipeline.Orchestration.Nodes;

/// <summary>
/// An exclusive lock on a file that the kernel frees when its process dies, however it dies. The file itself stays: a lock file
/// that is deleted can be locked twice. Works on local file systems only.
/// </summary>
public sealed class FileLock : IDisposable
{
    private readonly FileStream _stream;

    private FileLock(FileStream stream) => _stream = stream;

    /// <summary>Takes the lock, or returns null when another process (or another lock of this one) holds it.</summary>
    /// <param name="path">Lock file; created with its folder where missing.</param>
    /// <param name="note">Text for people who look into the file: who holds it.</param>
    /// <exception cref="IOException">The note cannot be written: the disk is full.</exception>
    public static FileLock? TryTake(string path, string? note = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }

        try
        {
            if (note is not null) Write(stream, note);
            return new FileLock(stream);
        }
        catch
        {
            stream.Dispose(); // the lock must not stay with nobody
            throw;
        }
    }

    /// <summary>Takes the lock, waiting up to <paramref name="patience"/> for it.</summary>
    /// <exception cref="RunRefusedException">It stayed taken.</exception>
    public static FileLock Wait(string path, TimeSpan patience)
    {
        long until = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        using var pause = new ManualResetEventSlim();
        while (true)
        {
            if (TryTake(path) is { } taken) return taken;
            if (Environment.TickCount64 >= until) throw new RunRefusedException($"{path} stays locked by another process");
            pause.Wait(20);
        }
    }

    /// <summary>Whether somebody holds the lock now. Does not disturb the holder, and onlookers do not see each other: they share.</summary>
    public static bool IsHeld(string path)
    {
        if (!File.Exists(path)) return false;
        try
        {
            using var probe = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (IOException)
        {
            return File.Exists(path); // a file that its holder deleted meanwhile is held by nobody
        }
    }

    /// <summary>Frees the lock.</summary>
    public void Dispose() => _stream.Dispose();

    private static void Write(FileStream stream, string note)
    {
        stream.SetLength(0);
        stream.Write(System.Text.Encoding.UTF8.GetBytes(note));
    }
}
