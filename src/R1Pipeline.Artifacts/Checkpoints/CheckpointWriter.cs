using System.Text.Json;
using R1Pipeline.Artifacts.Disk;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Artifacts.Checkpoints;

/// <summary>
/// Commits checkpoints of one attempt: temporary folder, fsync of files and folder, manifest last, rename, fsync of the parent.
/// The folder counts only once the owner's store has a row for it; that row is not written here.
/// </summary>
/// <param name="stageDirectory">Folder of the stage.</param>
/// <param name="key">Key of the stage.</param>
/// <param name="token">Fencing token of the attempt.</param>
/// <param name="disk">Looks at the free space first.</param>
public sealed class CheckpointWriter(string stageDirectory, string key, long token, DiskGuard disk)
{
    /// <summary>Writes one checkpoint.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="parent">The checkpoint before it; its size is what this one is expected to need.</param>
    /// <param name="write">Fills a temporary folder.</param>
    /// <param name="beforePublish">Runs when all is on the disk and nothing is visible yet; may refuse by throwing.</param>
    /// <exception cref="StageFailedException">The disk is full; nothing is left behind.</exception>
    public CheckpointRef Write(long step, CheckpointRef? parent, Action<string> write, Action? beforePublish = null)
    {
        string parentDirectory = RunDirectory.CheckpointsOf(stageDirectory);
        return disk.Run(parentDirectory, "a checkpoint", parent?.Bytes ?? 0, () => Commit(parentDirectory, step, parent, write, beforePublish));
    }

    private CheckpointRef Commit(string parentDirectory, long step, CheckpointRef? parent, Action<string> write, Action? beforePublish)
    {
        using var staged = new StagedDirectory(parentDirectory);
        try
        {
            write(staged.Directory);
            IReadOnlyList<FileEntry> files = staged.Seal(RunDirectory.CheckpointManifestName);
            var manifest = new CheckpointManifest { Key = key, Step = step, Token = token, Parent = parent?.Sha256, Files = files };
            byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(manifest, ContractJson.Indented);
            staged.AddDurable(RunDirectory.CheckpointManifestName, bytes);
            string target = RunDirectory.CheckpointOf(stageDirectory, step, token);
            staged.Publish(target, beforePublish);
            return new CheckpointRef(step, target, Sha256.OfBytes(bytes), files.Sum(file => file.Length));
        }
        catch (IOException error) when (DiskGuard.IsDiskFull(error))
        {
            error.Data[nameof(StagedDirectory.WrittenBytes)] = staged.WrittenBytes();
            throw;
        }
    }
}
