using Microsoft.Win32.SafeHandles;
using R1Pipeline.Contracts.Artifacts;

namespace R1Pipeline.Artifacts.Disk;

/// <summary>
/// A folder in the making: filled under a temporary name, sealed (every file hashed and on the disk), then published by one rename.
/// Its maker holds a lock on it, so that <see cref="RemoveOrphans"/> can tell the leftovers of the dead from the work of the living.
/// </summary>
internal sealed class StagedDirectory : IDisposable
{
    private readonly string _parent;
    private readonly SafeFileHandle? _lock;
    private readonly HashSet<string> _folders = [];
    private bool _published;

    public StagedDirectory(string parent)
    {
        _parent = parent;
        System.IO.Directory.CreateDirectory(parent);
        Directory = RunDirectory.NewTemporary(parent);
        System.IO.Directory.CreateDirectory(Directory);
        _lock = DurableDirectory.Lock(Directory);
    }

    /// <summary>The temporary folder.</summary>
    public string Directory { get; }

    /// <summary>Hashes every file and brings it to the disk. Sorted by name, ordinal.</summary>
    /// <exception cref="InvalidOperationException">Something in it is neither a file nor a folder, or carries a reserved name.</exception>
    public IReadOnlyList<FileEntry> Seal(params ReadOnlySpan<string> reservedNames)
    {
        var files = new List<FileEntry>();
        foreach (FileSystemInfo entry in new DirectoryInfo(Directory).EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(Directory, entry.FullName).Replace('\\', '/');
            if (entry.LinkTarget is not null) throw new InvalidOperationException($"'{name}' is a link; only files of its own can be committed");
            if (reservedNames.Contains(name)) throw new InvalidOperationException($"'{name}' is reserved; give the file another name");
            if (entry is DirectoryInfo) DurableDirectory.Flush(entry.FullName);
            else files.Add(SealFile(entry.FullName, name));
        }
        files.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return files;
    }

    /// <summary>Adds a file, hashed on the way and on the disk when this returns; the folder between is made if need be.</summary>
    /// <param name="name">Path below the folder, with forward slashes.</param>
    /// <param name="write">Writes it.</param>
    /// <param name="progress">Told of every piece, in bytes.</param>
    public FileEntry Add(string name, Action<Stream> write, Action<long>? progress = null)
    {
        using var stream = new HashedFileStream(PathFor(name), progress);
        write(stream);
        return stream.Seal(name);
    }

    /// <summary>Adds a file after sealing: the manifest, which comes last.</summary>
    public void AddDurable(string name, ReadOnlyMemory<byte> bytes) => Add(name, stream => stream.Write(bytes.Span));

    /// <summary>Gives a file of another folder a second name here. False: this file system cannot.</summary>
    public bool TryLink(string existing, string name) => HardLink.TryCreate(existing, PathFor(name));

    /// <summary>
    /// Renames the folder to its final place. <paramref name="beforePublish"/> is the last word before that, with no disk wait in between,
    /// and refuses by throwing.
    /// </summary>
    /// <exception cref="IOException">Something stands there already, or the disk refused.</exception>
    public void Publish(string target, Action? beforePublish)
    {
        foreach (string folder in _folders) DurableDirectory.Flush(folder);
        DurableDirectory.Flush(Directory);
        beforePublish?.Invoke();
        System.IO.Directory.Move(Directory, target);
        _published = true;
        DurableDirectory.Flush(_parent);
    }

    /// <summary>Bytes written so far.</summary>
    public long WrittenBytes() => new DirectoryInfo(Directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    /// <summary>Deletes the folder unless it was published.</summary>
    public void Dispose()
    {
        if (!_published && System.IO.Directory.Exists(Directory)) System.IO.Directory.Delete(Directory, recursive: true);
        _lock?.Dispose();
    }

    /// <summary>Deletes the temporary folders whose makers are dead. An empty one is left: its maker may be about to lock it.</summary>
    public static void RemoveOrphans(string parent)
    {
        if (!System.IO.Directory.Exists(parent)) return;
        foreach (string path in System.IO.Directory.EnumerateDirectories(parent).Where(RunDirectory.IsTemporary).ToList())
        {
            using SafeFileHandle? held = DurableDirectory.TryLock(path);
            if (held is not null && System.IO.Directory.EnumerateFileSystemEntries(path).Any()) DoomedDirectory.Delete(path);
        }
    }

    private string PathFor(string name)
    {
        string path = RunDirectory.FileOf(Directory, name), folder = Path.GetDirectoryName(path)!;
        if (folder != Directory && _folders.Add(folder)) System.IO.Directory.CreateDirectory(folder);
        return path;
    }

    private static FileEntry SealFile(string path, string name)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.SequentialScan);
        var entry = new FileEntry(name, stream.Length, Sha256.OfStream(stream));
        stream.Flush(flushToDisk: true); // fsync reaches what any earlier handle wrote
        return entry;
    }
}
