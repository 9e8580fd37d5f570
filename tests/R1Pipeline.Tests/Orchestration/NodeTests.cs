using R1Pipeline.Orchestration.Nodes;
using R1Pipeline.Tests.Artifacts;

namespace R1Pipeline.Tests.Orchestration;

public sealed class NodeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void FileLock_TakenTwice_SecondIsNullUntilTheFirstIsFreed()
    {
        string path = _folder.At("lock");
        using (FileLock.TryTake(path, "42\n"))
        {
            Assert.Null(FileLock.TryTake(path));
            Assert.True(FileLock.IsHeld(path));
        }

        Assert.Equal("42\n", File.ReadAllText(path));
        Assert.False(FileLock.IsHeld(path));
        using var again = FileLock.TryTake(path);
        Assert.NotNull(again);
    }

    [Fact]
    public void FileLock_IsHeld_WhileAnotherOnlookerLooks_False()
    {
        string path = _folder.At("lock");
        FileLock.TryTake(path)!.Dispose();
        using var onlooker = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);

        Assert.False(FileLock.IsHeld(path));
    }

    [Fact]
    public void FileLock_IsHeld_MissingFile_FalseAndNotCreated()
    {
        Assert.False(FileLock.IsHeld(_folder.At("none")));
        Assert.False(File.Exists(_folder.At("none")));
    }
}
