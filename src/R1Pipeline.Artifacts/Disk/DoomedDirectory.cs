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
            // Gone already: a later attempt of the stage was quicker. The exception's type does not say so: the runtime reads errno of a process's first
            // failed rename too late, and finds another error in it ("Unknown error 203").
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
