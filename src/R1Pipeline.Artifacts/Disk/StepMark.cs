using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace R1Pipeline.Artifacts.Disk;

/// <summary>
/// The number of steps that a worker has done, in a file that outlives it however it dies: the owner of a crashed worker reads after which step that was.
/// One small write a step into space that was taken at the start, never flushed: it survives the process, not the machine, and nothing depends on it.
/// </summary>
public sealed class StepMark : IDisposable
{
    private readonly SafeFileHandle _file;

    private StepMark(SafeFileHandle file) => _file = file;

    /// <summary>Makes the mark of an attempt; its folder must exist.</summary>
    public static StepMark Open(string path)
    {
        var mark = new StepMark(File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.Read));
        mark.Set(0);
        return mark;
    }

    /// <summary>The last mark; null: the worker died before it made one.</summary>
    public static long? Read(string path)
    {
        if (!File.Exists(path)) return null;
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return RandomAccess.Read(file, bytes, 0) == bytes.Length ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : null;
    }

    /// <summary>So many steps are done, over all attempts.</summary>
    public void Set(long steps)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, steps);
        RandomAccess.Write(_file, bytes, 0);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
