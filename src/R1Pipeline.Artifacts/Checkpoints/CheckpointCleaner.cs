using R1Pipeline.Artifacts.Disk;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Artifacts.Checkpoints;

/// <summary>Deletes checkpoint folders that nothing refers to any more. Never one that the store knows, nor one of a newer attempt.</summary>
public static class CheckpointCleaner
{
    /// <summary>
    /// At the start of an attempt: deletes what dead processes left half written, and finished folders of older tokens that never made it into the store.
    /// </summary>
    public static void RemoveOrphans(string stageDirectory, IReadOnlyList<CheckpointRef> committed, long token)
    {
        string parent = RunDirectory.CheckpointsOf(stageDirectory), attempts = RunDirectory.AttemptsOf(stageDirectory);
        foreach (string attempt in Directory.Exists(attempts) ? Directory.EnumerateDirectories(attempts) : [])
        {
            StagedDirectory.RemoveOrphans(attempt);
            AtomicFile.RemoveOrphans(attempt);
        }
        AtomicFile.RemoveOrphans(RunDirectory.RolloutsOf(stageDirectory));
        if (!Directory.Exists(parent)) return;
        StagedDirectory.RemoveOrphans(parent);
        var known = committed.Select(checkpoint => Path.GetFullPath(checkpoint.Directory)).ToHashSet(StringComparer.Ordinal);
        foreach (string directory in Directory.EnumerateDirectories(parent).Where(path => RunDirectory.TokenOf(path) < token).ToList())
        {
            if (!known.Contains(Path.GetFullPath(directory))) Remove(directory);
        }
    }

    /// <summary>Deletes a checkpoint folder: renamed first, so that it never looks like a checkpoint while it goes. Gone already: nothing happens.</summary>
    public static void Remove(string directory)
    {
        using var doomed = new DoomedDirectory(directory);
    }
}
