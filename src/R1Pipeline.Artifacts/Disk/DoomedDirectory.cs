namespace R1Pipeline.Artifacts.Disk;

/// <summary>Takes a damaged folder out of the way by one rename, then deletes it: nobody sees it half deleted under its own name.</summary>
internal sealed class DoomedDirectory : IDisposable
{
    private readonly string _moved;

    public DoomedDirectory(string directory)
    {
        _moved = RunDirectory.NewTemporary(Path.GetDirectoryName(directory)!);
        Directory.Move(directory, _moved);
    }

    public void Dispose() => Directory.Delete(_moved, recursive: true);
}
