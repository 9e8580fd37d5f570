using System.Text;
using R1Pipeline.Artifacts;
using R1Pipeline.Artifacts.Disk;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Orchestration.Planning;

/// <summary>
/// Hashes of local input files and model folders. A file whose length and time of last write are unchanged is not read again
/// (the store remembers); without a store every file is read.
/// </summary>
public sealed class FileHashes(IRunStore? store)
{
    /// <summary>The definition with the hash of every local data file filled in.</summary>
    /// <exception cref="RunRefusedException">A file cannot be read; exit code 2.</exception>
    public PipelineDefinition FillIn(PipelineDefinition definition) =>
        definition with { Data = [.. definition.Data.Select(source => source.Path is null ? source : source with { Sha256 = OfFile(source) })] };

    /// <summary>Fingerprint of a folder: the hash of the names and hashes of the files in it (subfolders and hidden files apart).</summary>
    /// <exception cref="RunRefusedException">It cannot be read; exit code 2.</exception>
    public string OfFolder(string folder)
    {
        try
        {
            var list = new StringBuilder();
            foreach (var file in new DirectoryInfo(folder).EnumerateFiles().Where(file => file.Name[0] != '.').OrderBy(file => file.Name, StringComparer.Ordinal))
            {
                list.Append(file.Name).Append('\t').Append(OfFile(file)).Append('\n');
            }
            return Sha256.OfText(list.ToString());
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            throw new RunRefusedException($"model folder {folder} cannot be read: {e.Message}", exitCode: 2);
        }
    }

    // No file is too full to be read: a full disk is that of the store, which remembers the hash.
    private static bool IsUnreadable(Exception error) => error is UnauthorizedAccessException || (error is IOException io && !DiskGuard.IsDiskFull(io));

    private string OfFile(DataSourceDefinition source)
    {
        try
        {
            return OfFile(new FileInfo(source.Path!));
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            throw new RunRefusedException($"data source {source.Name}: {source.Path} cannot be read: {e.Message}", exitCode: 2);
        }
    }

    private string OfFile(FileInfo file)
    {
        // Length and time of a symbolic link are the link's own: they stay when the file behind it changes.
        if (file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target) file = target;
        long ticks = file.LastWriteTimeUtc.Ticks;
        if (file.Exists && store?.RememberedHash(file.FullName, file.Length, ticks) is { } known) return known;
        string sha256 = Sha256.OfFile(file.FullName);
        store?.RememberHash(file.FullName, file.Length, ticks, sha256);
        return sha256;
    }
}
