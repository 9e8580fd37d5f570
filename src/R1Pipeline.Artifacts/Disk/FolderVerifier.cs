using R1Pipeline.Contracts.Artifacts;

namespace R1Pipeline.Artifacts.Disk;

/// <summary>Compares a folder with the list of files that its manifest gives. Reads every byte; trusts no date and no size alone.</summary>
internal static class FolderVerifier
{
    /// <summary>What is wrong, file by file, found while it is asked for; empty when all is well.</summary>
    public static IEnumerable<string> Problems(string directory, IReadOnlyList<FileEntry> files) =>
        files.Select(file => Problem(directory, file)).Where(problem => problem is not null).Select(problem => problem!);

    private static string? Problem(string directory, FileEntry file)
    {
        var info = new FileInfo(RunDirectory.FileOf(directory, file.Name));
        if (!info.Exists) return $"file {file.Name} is missing";
        if (info.Length != file.Length) return $"file {file.Name} has {info.Length} bytes, its manifest says {file.Length}";
        string sha256 = Sha256.OfFile(info.FullName);
        return sha256 == file.Sha256 ? null : $"file {file.Name} has sha256 {sha256}, its manifest says {file.Sha256}";
    }
}
