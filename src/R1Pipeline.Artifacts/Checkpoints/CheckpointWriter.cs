using System.Text.Json;
using R1Pipeline.Artifacts.Disk;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Artifacts.Checkpoints;

/// <summary>
/// Commits checkpoints of one attempt: temporary folder, fsync of files and folder, manifest last, rename, fsync of the parent.
/// A file that did not change since the checkpoint before is the same bytes under a second name, and any of the two may go first.
/// The folder counts only once the owner's store has a row for it; that row is not written here.
/// </summary>
/// <param name="stageDirectory">Folder of the stage.</param>
/// <param name="key">Key of the stage.</param>
/// <param name="token">Fencing token of the attempt.</param>
/// <param name="disk">Looks at the free space first.</param>
/// <param name="progress">Told of every piece that was written or compared, in bytes; null: nobody listens.</param>
public sealed class CheckpointWriter(string stageDirectory, string key, long token, DiskGuard disk, Action<long>? progress = null)
{
    /// <summary>Writes one checkpoint.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="parent">The checkpoint before it; its unchanged files are shared.</param>
    /// <param name="files">What to write.</param>
    /// <param name="figures">Figures of the step, by which <see cref="RetentionPolicy"/> chooses the best.</param>
    /// <param name="beforePublish">Runs when all is on the disk and nothing is visible yet; may refuse by throwing.</param>
    /// <exception cref="StageFailedException">The disk is full; nothing is left behind.</exception>
    public CheckpointRef Write(
        long step, CheckpointRef? parent, IReadOnlyList<CheckpointFile> files, IReadOnlyDictionary<string, double>? figures = null, Action? beforePublish = null)
    {
        string parentDirectory = RunDirectory.CheckpointsOf(stageDirectory);
        Dictionary<string, FileEntry> shared = Shared(parent, files);
        long expected = files.Where(file => !shared.ContainsKey(file.Name)).Sum(file => file.Length);
        return disk.Run(parentDirectory, "a checkpoint", expected, () =>
        {
            using var staged = new StagedDirectory(parentDirectory);
            try
            {
                FileEntry[] entries = [.. files.Select(file => Add(staged, file, parent, shared.GetValueOrDefault(file.Name))).OrderBy(entry => entry.Name, StringComparer.Ordinal)];
                var manifest = new CheckpointManifest { Key = key, Step = step, Token = token, Parent = parent?.Sha256, Figures = figures ?? new Dictionary<string, double>(), Files = entries };
                byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(manifest, ContractJson.Indented);
                staged.AddDurable(RunDirectory.CheckpointManifestName, bytes);
                string target = RunDirectory.CheckpointOf(stageDirectory, step, token);
                staged.Publish(target, beforePublish);
                return new CheckpointRef(step, target, Sha256.OfBytes(bytes), entries.Sum(entry => entry.Length));
            }
            catch (IOException error) when (DiskGuard.IsDiskFull(error))
            {
                error.Data[nameof(StagedDirectory.WrittenBytes)] = staged.WrittenBytes();
                throw;
            }
        });
    }

    /// <summary>Files that the checkpoint before has as well, by its manifest.</summary>
    private static Dictionary<string, FileEntry> Shared(CheckpointRef? parent, IReadOnlyList<CheckpointFile> files)
    {
        var unchanged = files.Where(file => file.Unchanged).ToDictionary(file => file.Name, StringComparer.Ordinal);
        if (parent is null || unchanged.Count == 0 || CheckpointReader.ManifestOf(parent) is not { } manifest) return [];
        return manifest.Files.Where(entry => unchanged.TryGetValue(entry.Name, out CheckpointFile? file) && file.Length == entry.Length)
            .ToDictionary(entry => entry.Name, StringComparer.Ordinal);
    }

    private FileEntry Add(StagedDirectory staged, CheckpointFile file, CheckpointRef? parent, FileEntry? shared)
    {
        // A file that rotted meanwhile would rot in every later checkpoint too: it is compared before it is shared.
        if (shared is not null && IsIntact(RunDirectory.FileOf(parent!.Directory, file.Name), shared)
            && staged.TryLink(RunDirectory.FileOf(parent.Directory, file.Name), file.Name)) return shared;
        FileEntry entry = staged.Add(file.Name, file.Write, progress);
        return entry.Length == file.Length
            ? entry
            : throw new InvalidOperationException($"{file.Name} was announced with {file.Length} bytes and has {entry.Length}");
    }

    private bool IsIntact(string path, FileEntry entry)
    {
        if (!File.Exists(path)) return false;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        return stream.Length == entry.Length && Sha256.OfStream(stream, progress) == entry.Sha256;
    }
}
