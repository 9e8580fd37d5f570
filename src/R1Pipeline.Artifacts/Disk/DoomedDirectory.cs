namespace R1Pipeline.Artifacts.Disk;

/// <summary>
/// Takes a folder out of the way by one rename, then deletes it: nobody sees it half deleted under its own name.
/// Does nothing when somebody else was quicker.
/// </summary>
internal sealed class DoomedDirectory : IDisposable
{
    private readonly string? _moved;

    public DoomedDirectory(string directory)
    {
        string moved = RunDirectory.NewTemporary(Path.GetDirectoryName(directory)!);
        try
        {
            Directory.Move(directory, moved);
            _moved = moved;
        }
        catch (IOException) when (!Directory.Exists(directory))
        {
            // Gone already: a later attempt of the stage was quicker. The exception's type need not say so: the first rename of a process that fails can
            // come out of the runtime as "Unknown error 203", whatever the system said (ENOENT).
            _moved = null;
        }
    }

    public void Dispose()
    {
        if (_moved is not null) Delete(_moved);
    }

    /// <summary>Deletes a temporary folder with all that is in it, perhaps together with another process.</summary>
    public static void Delete(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (IOException error) when (error is DirectoryNotFoundException || !Directory.Exists(directory))
        {
            return; // the other one deletes what is left, or the next clean-up does
        }
    }
}
