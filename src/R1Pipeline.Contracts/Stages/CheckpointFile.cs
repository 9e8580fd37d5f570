namespace R1Pipeline.Contracts.Stages;

/// <summary>One file of a checkpoint, copied out of a loop: its bytes are written later, on another thread, while the loop goes on.</summary>
/// <param name="Name">Path below the checkpoint's folder, with forward slashes.</param>
/// <param name="Length">Bytes that <paramref name="Write"/> writes.</param>
/// <param name="Write">Writes them, perhaps more than once. Reads nothing that the loop changes before its next checkpoint.</param>
/// <param name="Unchanged">Whether the checkpoint before has the same bytes under this name: they are then shared, not written again.</param>
public sealed record CheckpointFile(string Name, long Length, Action<Stream> Write, bool Unchanged = false)
{
    /// <summary>A file of bytes that nobody changes any more.</summary>
    public static CheckpointFile Of(string name, ReadOnlyMemory<byte> content, bool unchanged = false) =>
        new(name, content.Length, stream => stream.Write(content.Span), unchanged);
}
