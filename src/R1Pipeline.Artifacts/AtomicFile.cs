using System.Text;
using R1Pipeline.Artifacts.Disk;

namespace R1Pipeline.Artifacts;

/// <summary>
/// Writes a file that is there whole or not at all, also after a power cut: temporary file beside it, fsync, rename, fsync of the folder.
/// Replaces what is there. Leaves no temporary file behind unless the process dies.
/// </summary>
public static class AtomicFile
{
    /// <summary>Writes text in UTF-8 without a byte order mark.</summary>
    public static void WriteAllText(string path, string text) => WriteAllBytes(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes bytes.</summary>
    public static void WriteAllBytes(string path, ReadOnlyMemory<byte> bytes) => Write(path, stream => stream.Write(bytes.Span));

    /// <summary>Writes what <paramref name="write"/> puts into the stream. <paramref name="beforePublish"/> may still refuse by throwing.</summary>
    public static void Write(string path, Action<Stream> write, Action? beforePublish = null)
    {
        string parent = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(parent);
        string temporary = RunDirectory.NewTemporary(parent);
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            beforePublish?.Invoke();
            File.Move(temporary, path, overwrite: true);
            DurableDirectory.Flush(parent);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
