using R1Pipeline.Artifacts;

namespace R1Pipeline.Tests.Artifacts;

/// <summary>A file is the old one or the new one, never something in between.</summary>
public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void WriteAllText_NewFolderAndOldFile_WritesAndReplaces()
    {
        string path = _folder.At("new", "file.json");

        AtomicFile.WriteAllText(path, "一");
        AtomicFile.WriteAllText(path, "二");

        Assert.Equal("二"u8.ToArray(), File.ReadAllBytes(path));
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder.At("new")));
    }

    [Fact]
    public void Write_RefusedAtTheLastMoment_KeepsTheOldFileAndNothingElse()
    {
        string path = _folder.At("file");
        AtomicFile.WriteAllText(path, "old");

        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, stream => stream.WriteByte(1), () => throw new InvalidOperationException()));

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void RemoveOrphans_DeletesTheDeadOnesWorkAndLeavesTheLivingOnesAndOtherFiles()
    {
        string dead = RunDirectory.NewTemporary(_folder.Path), other = _folder.At("file"), living = _folder.At("living");
        File.WriteAllText(dead, "half");
        File.WriteAllText(other, "whole");

        AtomicFile.Write(living, stream => stream.Write("whole"u8), () => AtomicFile.RemoveOrphans(_folder.Path));

        Assert.Equal([other, living], Directory.EnumerateFileSystemEntries(_folder.Path).Order());
    }

    [Fact]
    public void Sha256_OfAbc_IsThePublishedDigest()
    {
        const string Published = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        string path = _folder.At("abc");
        File.WriteAllText(path, "abc");

        Assert.Equal([Published, Published, Published], [Sha256.OfText("abc"), Sha256.OfFile(path), Sha256.OfBytes("abc"u8)]);
    }

    public void Dispose() => _folder.Dispose();
}
