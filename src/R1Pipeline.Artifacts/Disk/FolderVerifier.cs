using R1Pipeline.Contracts.Artifacts;

namespace R1Pipeline.Artifacts.Disk;

/// <summary>Compares a folder with the list of files that its manifest gives. Reads every byte; trusts no date and no size alone.</summary>
internal static class FolderVerifier
{
    /// <summary>The first thing that is wrong, by file name; null when all is well.</summary>
    public static string? FirstProblem(string directory, IReadOnlyList<FileEntry> files)
    {
        foreach (FileEntry file in files)
        {
            var info = new FileInfo(RunDirectory.FileOf(directory, file.Name));
            if (!info.Exists) return $"file {file.Name} is missing";
            if (info.Length != file.Length) return $"file {file.Name} has {info.Length} bytes, its manifest says {file.Length}";
            string sha256 = Sha256.OfFile(info.FullName);
            if (sha256 != file.Sha256) return $"file {file.Name} has sha256 {sha256}, its manifest says {file.Sha256}";
        }
        return null;
    }
}
