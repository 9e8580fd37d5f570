using System.Text.Json;
using R1Pipeline.Artifacts.Disk;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Artifacts;

namespace R1Pipeline.Artifacts;

/// <summary>
/// Immutable stage outputs under their content hash. The same files give the same artifact whoever made them, so a second commit
/// changes nothing. Never edits an artifact in place; replaces one only when its bytes no longer match its hash.
/// </summary>
/// <param name="artifactsDirectory">Folder that holds all artifacts.</param>
public sealed class ArtifactStore(string artifactsDirectory)
{
    private const int Schema = 1;

    /// <summary>Commits what <paramref name="write"/> puts into the folder it is given.</summary>
    /// <param name="kind">What the artifact is.</param>
    /// <param name="write">Fills a temporary folder. Names <c>artifact.json</c> and <c>provenance.json</c> are taken.</param>
    /// <param name="provenance">Where it came from; stored beside it as JSON, outside the hash. Null: nothing is stored.</param>
    /// <param name="beforePublish">Runs when all is on the disk and nothing is visible yet; may refuse by throwing.</param>
    public ArtifactRef Commit(ArtifactKind kind, Action<string> write, object? provenance, Action? beforePublish = null)
    {
        using var staged = new StagedDirectory(artifactsDirectory);
        try
        {
            write(staged.Directory);
            IReadOnlyList<FileEntry> files = staged.Seal(RunDirectory.ArtifactManifestName, RunDirectory.ProvenanceName);
            if (files.Count == 0) throw new InvalidOperationException("an artifact without files cannot be committed");
            if (provenance is not null) staged.AddDurable(RunDirectory.ProvenanceName, JsonSerializer.SerializeToUtf8Bytes(provenance, ContractJson.Indented));
            byte[] manifest = JsonSerializer.SerializeToUtf8Bytes(new ArtifactManifest(kind, Schema, files), ContractJson.Compact);
            staged.AddDurable(RunDirectory.ArtifactManifestName, manifest);
            var artifact = new ArtifactRef(kind, Sha256.OfBytes(manifest));
            Place(staged, artifact, beforePublish);
            return artifact;
        }
        catch (IOException error) when (DiskGuard.IsDiskFull(error))
        {
            error.Data[nameof(StagedDirectory.WrittenBytes)] = staged.WrittenBytes();
            throw;
        }
    }

    /// <summary>Folder of an artifact, whether or not it is there.</summary>
    public string DirectoryOf(ArtifactRef artifact) => RunDirectory.ArtifactOf(artifactsDirectory, artifact.Sha256);

    /// <summary>Whether the artifact is there. Its bytes are not looked at: see <see cref="Verify"/>.</summary>
    public bool Exists(ArtifactRef artifact) => File.Exists(ManifestPath(artifact));

    /// <summary>Size of its files.</summary>
    public long BytesOf(ArtifactRef artifact) => ReadManifest(artifact).Files.Sum(file => file.Length);

    /// <summary>Reads <c>artifact.json</c>.</summary>
    /// <exception cref="InvalidDataException">It is missing, or not the file that the hash names.</exception>
    public ArtifactManifest ReadManifest(ArtifactRef artifact)
    {
        string path = ManifestPath(artifact);
        if (!File.Exists(path)) throw new InvalidDataException($"artifact {artifact.Sha256}: '{path}' is missing");
        byte[] bytes = File.ReadAllBytes(path);
        if (Sha256.OfBytes(bytes) != artifact.Sha256) throw new InvalidDataException($"artifact {artifact.Sha256}: '{path}' is not the file that this hash names");
        return JsonSerializer.Deserialize<ArtifactManifest>(bytes, ContractJson.Compact)!;
    }

    /// <summary>Reads every byte of an artifact and compares.</summary>
    /// <exception cref="InvalidDataException">A file is missing or changed; the message names it.</exception>
    public void Verify(ArtifactRef artifact)
    {
        string? problem = FolderVerifier.Problems(DirectoryOf(artifact), ReadManifest(artifact).Files).FirstOrDefault();
        if (problem is not null) throw new InvalidDataException($"artifact {artifact.Sha256} in '{DirectoryOf(artifact)}' is damaged: {problem}");
    }

    /// <summary>Everything that is wrong with an artifact, every byte read; empty: nothing.</summary>
    public IReadOnlyList<string> Problems(ArtifactRef artifact)
    {
        try
        {
            return [.. FolderVerifier.Problems(DirectoryOf(artifact), ReadManifest(artifact).Files)];
        }
        catch (InvalidDataException error)
        {
            return [error.Message];
        }
    }

    /// <summary>Deletes what commits of dead processes left half done.</summary>
    public void RemoveOrphans() => StagedDirectory.RemoveOrphans(artifactsDirectory);

    private string ManifestPath(ArtifactRef artifact) => RunDirectory.FileOf(DirectoryOf(artifact), RunDirectory.ArtifactManifestName);

    private void Place(StagedDirectory staged, ArtifactRef artifact, Action? beforePublish)
    {
        string target = DirectoryOf(artifact);
        while (true)
        {
            if (Directory.Exists(target))
            {
                if (IsGood(artifact)) return;
                using var damaged = new DoomedDirectory(target);
            }
            try
            {
                staged.Publish(target, beforePublish);
                return;
            }
            catch (IOException) when (Directory.Exists(target))
            {
                // Another process committed the same artifact between the look and the rename: look again.
            }
        }
    }

    private bool IsGood(ArtifactRef artifact)
    {
        try
        {
            Verify(artifact);
            return true;
        }
        catch (InvalidDataException)
        {
            return false; // the caller replaces it
        }
    }
}
