using R1Pipeline.Artifacts.Disk;
using R1Pipeline.Contracts.Artifacts;

namespace R1Pipeline.Artifacts;

/// <summary>
/// Copies files of an artifact or a checkpoint into a folder of the user's: whole or not at all, and every byte is what the manifest says.
/// Refuses a folder that has something in it.
/// </summary>
public static class FolderExport
{
    /// <summary>Copies.</summary>
    /// <param name="source">Folder that the manifest describes.</param>
    /// <param name="files">Those of its files that are wanted.</param>
    /// <param name="target">New or empty folder.</param>
    /// <exception cref="InvalidDataException">A file is missing or damaged; the message names it.</exception>
    /// <exception cref="IOException">The target has something in it.</exception>
    public static void Copy(string source, IReadOnlyList<FileEntry> files, string target)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target));
        if (Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any()) throw new IOException($"'{full}' is not empty; name a new folder");
        using var staged = new StagedDirectory(Path.GetDirectoryName(full)!);
        foreach (FileEntry file in files)
        {
            string path = RunDirectory.FileOf(source, file.Name);
            if (!File.Exists(path)) throw new InvalidDataException($"'{source}' is damaged: file {file.Name} is missing");
            using FileStream stream = File.OpenRead(path);
            FileEntry copied = staged.Add(file.Name, stream.CopyTo);
            if (copied != file) throw new InvalidDataException($"'{source}' is damaged: file {file.Name} has {copied.Length} bytes with sha256 {copied.Sha256}, its manifest says {file.Length} with {file.Sha256}");
        }
        if (Directory.Exists(full)) Directory.Delete(full);
        staged.Publish(full, beforePublish: null);
    }
}
