using R1Pipeline.Artifacts;
using R1Pipeline.Contracts.Artifacts;

namespace R1Pipeline.Tests.Artifacts;

/// <summary>What leaves the state folder is what the manifest says, whole, in a folder that was empty.</summary>
public sealed class FolderExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FileEntry _file;

    public FolderExportTests()
    {
        Directory.CreateDirectory(_folder.At("source"));
        File.WriteAllText(_folder.At("source/config.json"), "{}");
        _file = new FileEntry("config.json", 2, Sha256.OfText("{}"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_NewOrEmptyTarget_HoldsTheFiles(bool there)
    {
        if (there) Directory.CreateDirectory(_folder.At("out"));

        FolderExport.Copy(_folder.At("source"), [_file], _folder.At("out") + "/");

        Assert.Equal("{}", File.ReadAllText(_folder.At("out/config.json")));
        Assert.Equal(2, Directory.GetFileSystemEntries(_folder.Path).Length);
    }

    [Fact]
    public void Copy_TargetWithSomethingInIt_IsRefused()
    {
        Directory.CreateDirectory(_folder.At("out/mine"));

        Assert.Contains("is not empty", Assert.Throws<IOException>(() => FolderExport.Copy(_folder.At("source"), [_file], _folder.At("out"))).Message);
    }

    [Theory]
    [InlineData("[]", "config.json has 2 bytes with sha256")]
    [InlineData(null, "config.json is missing")]
    public void Copy_DamagedFile_IsNamedAndNothingIsLeft(string? content, string problem)
    {
        if (content is null) File.Delete(_folder.At("source/config.json"));
        else File.WriteAllText(_folder.At("source/config.json"), content);

        Assert.Contains(problem, Assert.Throws<InvalidDataException>(() => FolderExport.Copy(_folder.At("source"), [_file], _folder.At("out"))).Message);
        Assert.Equal(["source"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    public void Dispose() => _folder.Dispose();
}
