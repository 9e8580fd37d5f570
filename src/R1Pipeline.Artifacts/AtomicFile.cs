using System.Text;
using R1Pipeline.Artifacts.Disk;

namespace R1Pipeline.Artifacts;

/// <summary>
/// Writes a file that is there whole or not at all, also after a power cut: temporary file beside it, fsync, rename, fsync of the folder.
/// Replaces what is there. Leaves no temporary file behind unless the process dies;
/// <see cref="RemoveOrphans"/> is for those.
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
            // Open until it is published, and locked thereby: RemoveOrphans can tell that its maker lives.
            using var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Delete);
            write(stream);
            stream.Flush(flushToDisk: true);
            beforePublish?.Invoke();
            File.Move(temporary, path, overwrite: true);
            DurableDirectory.Flush(parent);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Deletes the temporary files in a folder whose makers died. An empty one is left: its maker may be about to lock it. No such folder: nothing happens.</summary>
    public static void RemoveOrphans(string directory)
    {
        if (!Directory.Exists(directory)) return;
        foreach (FileInfo file in new DirectoryInfo(directory).EnumerateFiles().Where(file => RunDirectory.IsTemporary(file.Name) && file.Length > 0).ToList())
        {
            try
            {
                using var dead = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            }
            catch (IOException)
            {
                continue; // its maker lives and holds it, or has just published it
            }
        }
    }
}
