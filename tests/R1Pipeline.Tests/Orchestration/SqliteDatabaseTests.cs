using Microsoft.Data.Sqlite;
using R1Pipeline.Artifacts.Disk;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Stores;
using R1Pipeline.Orchestration.Stores.Sqlite;
using R1Pipeline.Tests.Artifacts;

namespace R1Pipeline.Tests.Orchestration;

/// <summary>What can go wrong with a file: somebody else's lock, a full disk, a folder that cannot be written.</summary>
public sealed class SqliteDatabaseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_LockThatIsKept_IsGivenUpWithWords()
    {
        using var store = Open(_folder.At("r1.db"));
        using var other = Lock(_folder.At("r1.db"));

        var given = Assert.Throws<StoreUnavailableException>(() => store.Create(Some.Run(), "{}"));

        Assert.Contains("kept the state database", given.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.At("r1.db"), given.Message, StringComparison.Ordinal);
        Assert.Empty(store.Runs()); // readers are not in anybody's way
    }

    [Fact]
    public async Task Write_LockThatIsFreed_WasWorthTheWait()
    {
        using var store = Open(_folder.At("r1.db"), TimeSpan.FromMinutes(1));
        var other = Lock(_folder.At("r1.db"));
        var write = Task.Run(() => store.Create(Some.Run(), "{}"));

        await Task.Delay(200);
        Assert.False(write.IsCompleted);
        other.Dispose();

        await write;
        Assert.Single(store.Runs());
    }

    [Fact]
    public void Write_DiskFull_IsAFullDiskAndLosesNothing()
    {
        using var disk = SmallDisk.TryMount(_folder.At("disk"), megabytes: 1);
        Assert.SkipWhen(disk is null, "a small file system can only be mounted as root");
        using var store = Open(_folder.At("disk/r1.db"));
        store.Create(Some.Run(), "{}");
        int written = 0;

        var full = Assert.ThrowsAny<IOException>(() =>
        {
            for (; written < 10_000; written++) store.RememberHash($"/{written}", 1, 1, new string('a', 1000));
        });
        var again = Assert.ThrowsAny<IOException>(() =>
        {
            for (int i = 0; i < 1_000; i++) store.RememberHash($"/more/{i}", 1, 1, new string('a', 100_000));
        });

        Assert.True(DiskGuard.IsDiskFull(full) && DiskGuard.IsDiskFull(again));
        Assert.Contains("no space left", full.Message, StringComparison.Ordinal);
        Assert.All(Enumerable.Range(0, written), i => Assert.NotNull(store.RememberedHash($"/{i}", 1, 1)));
    }

    [Fact]
    public void Open_DiskFull_IsRefusedAsResumable()
    {
        using var disk = SmallDisk.TryMount(_folder.At("disk"), megabytes: 1);
        Assert.SkipWhen(disk is null, "a small file system can only be mounted as root");
        disk.Fill("ballast");

        var refusal = Assert.Throws<RunRefusedException>(() => Open(_folder.At("disk/r1.db")));
        Assert.Equal(3, refusal.ExitCode);
        Assert.Contains("free space", refusal.Message, StringComparison.Ordinal);

        File.Delete(_folder.At("disk/ballast"));
        using var store = Open(_folder.At("disk/r1.db"));
        store.Create(Some.Run(), "{}");
    }

    [Fact]
    public void Open_DiskFullBesideADatabase_IsRefusedAsResumableUntilThereIsSpace()
    {
        using var disk = SmallDisk.TryMount(_folder.At("disk"), megabytes: 1);
        Assert.SkipWhen(disk is null, "a small file system can only be mounted as root");
        using (var store = Open(_folder.At("disk/r1.db"))) store.Create(Some.Run(), "{}");
        disk.Fill("ballast");

        Assert.Equal(3, Assert.Throws<RunRefusedException>(() =>
        {
            using var store = Open(_folder.At("disk/r1.db"));
            store.Apply("run-1", new CancelRequested(Some.Time));
        }).ExitCode);

        File.Delete(_folder.At("disk/ballast"));
        using var again = Open(_folder.At("disk/r1.db"));
        Assert.False(again.Find("run-1")!.CancelRequested);
    }

    [Fact]
    public void FolderThatBecomesReadOnly_IsRefusedAsAnEnvironmentThatLacksSomething()
    {
        using var disk = SmallDisk.TryMount(_folder.At("disk"), megabytes: 1);
        Assert.SkipWhen(disk is null, "a small file system can only be mounted as root");
        Open(_folder.At("disk/r1.db")).Dispose();

        disk.MakeReadOnly();

        var refusal = Assert.Throws<RunRefusedException>(() =>
        {
            using var store = Open(_folder.At("disk/r1.db"));
            store.Create(Some.Run(), "{}");
        });
        Assert.Equal(4, refusal.ExitCode);
        Assert.Contains("make its folder writable", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(4, Assert.Throws<RunRefusedException>(() => RunStores.Open(_folder.At("disk/new"), create: true)).ExitCode);
    }

    private static SqlRunStore Open(string path, TimeSpan? patience = null) => new(SqliteDatabase.Open(path, patience ?? TimeSpan.FromSeconds(1)));

    private static SqliteConnection Lock(string path)
    {
        var other = new SqliteConnection($"Data Source={path};Pooling=False");
        other.Open();
        using var command = other.CreateCommand();
        command.CommandText = "begin immediate";
        command.ExecuteNonQuery();
        return other;
    }
}
