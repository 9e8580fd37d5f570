using System.Text.Json;
using R1Pipeline.Artifacts.Disk;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Artifacts.Checkpoints;

/// <summary>Finds the checkpoint to go on from. Believes nothing that it has not hashed, and says why it skips one.</summary>
public static class CheckpointReader
{
    /// <summary>The first checkpoint whose manifest and files are what the store says and whose key is <paramref name="key"/>.</summary>
    /// <param name="checkpoints">Committed ones, newest first.</param>
    /// <param name="key">Key of the stage that wants to resume.</param>
    /// <param name="skipped">Told of each one that is passed over, and why.</param>
    public static CheckpointRef? NewestGood(IReadOnlyList<CheckpointRef> checkpoints, string key, Action<CheckpointRef, string> skipped)
    {
        foreach (CheckpointRef checkpoint in checkpoints)
        {
            string? problem = FirstProblem(checkpoint, key);
            if (problem is null) return checkpoint;
            skipped(checkpoint, problem);
        }
        return null;
    }

    /// <summary>A checkpoint's manifest; null when there is none to read.</summary>
    public static CheckpointManifest? ManifestOf(CheckpointRef checkpoint)
    {
        try
        {
            byte[] bytes = File.ReadAllBytes(RunDirectory.FileOf(checkpoint.Directory, RunDirectory.CheckpointManifestName));
            return JsonSerializer.Deserialize<CheckpointManifest>(bytes, ContractJson.Indented);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The first thing that is wrong with a checkpoint; null when nothing is. <paramref name="key"/> null: any key will do.</summary>
    public static string? FirstProblem(CheckpointRef checkpoint, string? key = null) => Problems(checkpoint, key).FirstOrDefault();

    /// <summary>What is wrong with a checkpoint, found while it is asked for: every byte is read in the end. <paramref name="key"/> null: any key will do.</summary>
    public static IEnumerable<string> Problems(CheckpointRef checkpoint, string? key = null)
    {
        string path = RunDirectory.FileOf(checkpoint.Directory, RunDirectory.CheckpointManifestName);
        if (!File.Exists(path)) return [Directory.Exists(checkpoint.Directory) ? $"file {RunDirectory.CheckpointManifestName} is missing" : "its folder is missing"];
        byte[] bytes = File.ReadAllBytes(path);
        string sha256 = Sha256.OfBytes(bytes);
        if (sha256 != checkpoint.Sha256) return [$"{RunDirectory.CheckpointManifestName} has sha256 {sha256}, the store says {checkpoint.Sha256}"];
        CheckpointManifest manifest = JsonSerializer.Deserialize<CheckpointManifest>(bytes, ContractJson.Indented)!;
        if (manifest.Schema != CheckpointManifest.CurrentSchema) return [$"it has schema {manifest.Schema}, this version reads {CheckpointManifest.CurrentSchema}"];
        if (manifest.Step != checkpoint.Step) return [$"its manifest is of step {manifest.Step}, the store says {checkpoint.Step}"];
        if (key is not null && manifest.Key != key) return [$"it belongs to stage key {manifest.Key}, not to {key}"];
        return FolderVerifier.Problems(checkpoint.Directory, manifest.Files);
    }
}
