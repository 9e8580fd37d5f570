using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Data.Safetensors;

/// <summary>
/// Opens the files of a model folder. The folder may come from strangers: a link that leads nowhere, a folder in a file's place, or a pipe or device, which may
/// have no end, is refused by its name before it is opened. Links to files are followed, as in the cache of the Hugging Face hub.
/// </summary>
public static class ModelFile
{
    /// <summary>Whether a file is there, possibly behind links.</summary>
    /// <exception cref="StageFailedException">UserData: something else has its name.</exception>
    public static bool Exists(string path)
    {
        if (Directory.Exists(path)) throw Wrong(path, "is a folder; a file is expected");
        if (File.Exists(path)) return true;
        if (Try(path, () => new FileInfo(path).LinkTarget) is { } target) throw Wrong(path, $"is a link to {target}, where there is no file");
        return false;
    }

    /// <summary>Size of a file that must be there.</summary>
    /// <exception cref="StageFailedException">UserData: it is missing, or no regular file; those have no size.</exception>
    public static long LengthOf(string path)
    {
        if (!Exists(path)) throw Wrong(path, "is missing");
        return SizeOf(path) is > 0 and long bytes ? bytes : throw Wrong(path, "is empty, or no regular file");
    }

    /// <summary>Whether a file that is there has nothing that may be read: it is empty, or no regular file.</summary>
    public static bool IsEmpty(string path) => SizeOf(path) == 0;

    /// <summary>Opens a file that must be there.</summary>
    /// <exception cref="StageFailedException">UserData: it is missing, no regular file, or cannot be read.</exception>
    public static FileStream Open(string path)
    {
        _ = LengthOf(path);
        return Try(path, () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0));
    }

    /// <summary>All bytes of a file that must be there.</summary>
    /// <exception cref="StageFailedException">UserData: it is missing, no regular file, cannot be read, or is larger than <paramref name="maxBytes"/>.</exception>
    public static byte[] Read(string path, long maxBytes)
    {
        long bytes = LengthOf(path);
        if (bytes > maxBytes) throw Wrong(path, $"has {bytes} bytes, at most {maxBytes} are accepted: it is damaged, or no such file");
        return Try(path, () => File.ReadAllBytes(path));
    }

    private static long SizeOf(string path) => Try(path, () => ((FileInfo?)File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path)).Length);

    private static T Try<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StageFailedException(StageFailureClass.UserData, $"{path} cannot be read: {error.Message}", error);
        }
    }

    private static StageFailedException Wrong(string path, string problem) => new(StageFailureClass.UserData, $"{path} {problem}");
}
