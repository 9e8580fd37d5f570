using R1Pipeline.Artifacts;
using R1Pipeline.Artifacts.Disk;
using R1Pipeline.Contracts.Artifacts;

namespace R1Pipeline.Tests.Artifacts;

/// <summary>An artifact is its bytes and nothing else, is there whole or not at all, and is never believed unread.</summary>
public sealed class ArtifactStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Commit_SameFilesFromAnotherRunAndOrder_GivesTheSameHash()
    {
        ArtifactRef first = new ArtifactStore(_folder.At("a")).Commit(ArtifactKind.Model, Fill("x", "y"), new { run = "r1", at = "today" });
        ArtifactRef second = new ArtifactStore(_folder.At("b")).Commit(ArtifactKind.Model, Fill("y", "x"), new { run = "r2", at = "tomorrow" });

        Assert.Equal(first, second);
        Assert.DoesNotContain("provenance", File.ReadAllText(Path.Combine(_folder.At("a"), first.Sha256, "artifact.json")));
        Assert.Contains("today", File.ReadAllText(Path.Combine(_folder.At("a"), first.Sha256, "provenance.json")));
    }

    [Fact]
    public void Commit_OfAnotherKindOrName_GivesAnotherHash()
    {
        var store = new ArtifactStore(_folder.Path);

        ArtifactRef[] artifacts =
        [
            store.Commit(ArtifactKind.Model, Fill("x"), null), store.Commit(ArtifactKind.RewardModel, Fill("x"), null), store.Commit(ArtifactKind.Model, Fill("y"), null),
        ];

        Assert.Equal(3, artifacts.Select(artifact => artifact.Sha256).Distinct().Count());
    }

    [Fact]
    public void Commit_Twice_ChangesNothing()
    {
        var store = new ArtifactStore(_folder.Path);
        ArtifactRef first = store.Commit(ArtifactKind.Dataset, Fill("rows.jsonl"), new { run = "first" });
        DateTime written = File.GetLastWriteTimeUtc(Path.Combine(store.DirectoryOf(first), "artifact.json"));

        ArtifactRef second = store.Commit(ArtifactKind.Dataset, Fill("rows.jsonl"), new { run = "second" });

        Assert.Equal(first, second);
        Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(store.DirectoryOf(first), "artifact.json")));
        Assert.Contains("first", File.ReadAllText(Path.Combine(store.DirectoryOf(first), "provenance.json")));
        Assert.Equal([store.DirectoryOf(first)], Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Commit_OverADamagedOne_ReplacesIt()
    {
        var store = new ArtifactStore(_folder.Path);
        ArtifactRef artifact = store.Commit(ArtifactKind.Model, Fill("weights"), null);
        File.WriteAllText(Path.Combine(store.DirectoryOf(artifact), "weights"), "content of WEIGHTS");

        store.Commit(ArtifactKind.Model, Fill("weights"), null);

        store.Verify(artifact);
        Assert.Equal([store.DirectoryOf(artifact)], Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Commit_ByManyAtOnce_GivesOneArtifact()
    {
        var refs = new ArtifactRef[8];

        Parallel.For(0, refs.Length, i => refs[i] = new ArtifactStore(_folder.Path).Commit(ArtifactKind.Model, Fill("x", "y"), new { i }));

        Assert.Single(refs.Distinct());
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder.Path));
        new ArtifactStore(_folder.Path).Verify(refs[0]);
    }

    [Fact]
    public void Commit_RefusedBeforePublish_LeavesNothing()
    {
        var store = new ArtifactStore(_folder.Path);

        Assert.Throws<InvalidOperationException>(() => store.Commit(ArtifactKind.Model, Fill("x"), null, () => throw new InvalidOperationException("the lease is lost")));

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData("artifact.json")]
    [InlineData("provenance.json")]
    public void Commit_ReservedName_IsRefused(string name) =>
        Assert.Contains(name, Assert.Throws<InvalidOperationException>(() => new ArtifactStore(_folder.Path).Commit(ArtifactKind.Model, Fill(name), null)).Message);

    [Fact]
    public void Commit_SubfolderFiles_AreNamedWithForwardSlashesAndSorted()
    {
        var store = new ArtifactStore(_folder.Path);

        ArtifactRef artifact = store.Commit(ArtifactKind.Model, directory =>
        {
            Directory.CreateDirectory(Path.Combine(directory, "sub"));
            File.WriteAllText(Path.Combine(directory, "sub", "b"), "b");
            File.WriteAllText(Path.Combine(directory, "z"), "z");
            File.WriteAllText(Path.Combine(directory, "a"), "a");
        }, null);

        Assert.Equal(["a", "sub/b", "z"], store.ReadManifest(artifact).Files.Select(file => file.Name));
        store.Verify(artifact);
    }

    [Theory]
    [InlineData("changed")]
    [InlineData("truncated")]
    [InlineData("missing")]
    public void Verify_DamagedFile_IsNamed(string damage)
    {
        var store = new ArtifactStore(_folder.Path);
        ArtifactRef artifact = store.Commit(ArtifactKind.Model, Fill("config.json", "model.safetensors"), null);
        string path = Path.Combine(store.DirectoryOf(artifact), "model.safetensors");
        byte[] bytes = File.ReadAllBytes(path);
        if (damage == "missing") File.Delete(path);
        else File.WriteAllBytes(path, damage == "changed" ? [.. bytes[..^1], (byte)(bytes[^1] ^ 1)] : bytes[..^1]);

        Assert.Contains("model.safetensors", Assert.Throws<InvalidDataException>(() => store.Verify(artifact)).Message);
    }

    [Fact]
    public void RemoveOrphans_DeletesTheDeadOnesWorkAndLeavesTheLivingOnes()
    {
        using var living = new StagedDirectory(_folder.Path);
        File.WriteAllText(Path.Combine(living.Directory, "half"), "half a model");
        string dead = RunDirectory.NewTemporary(_folder.Path);
        Directory.CreateDirectory(dead);
        File.WriteAllText(Path.Combine(dead, "half"), "half a model");

        new ArtifactStore(_folder.Path).RemoveOrphans();

        Assert.Equal([living.Directory], Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    public void Dispose() => _folder.Dispose();

    private static Action<string> Fill(params string[] names) => directory =>
    {
        foreach (string name in names) File.WriteAllText(Path.Combine(directory, name), $"content of {name}");
    };
}
