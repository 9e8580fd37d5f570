using DbUp;
using DbUp.Engine.Output;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Stores;
using R1Pipeline.Orchestration.Stores.Postgres;
using R1Pipeline.Tests.Artifacts;

namespace R1Pipeline.Tests.Orchestration;

/// <summary>The store's promises in PostgreSQL, and those that only a server has to make.</summary>
public sealed class PostgresRunStoreTests : RunStoreTests
{
    private readonly TemporaryFolder _folder;
    private readonly PostgresServer _server;
    private readonly string _database;

    public PostgresRunStoreTests(PostgresServer server) : this(server, MigratedDatabase.In(server), new TemporaryFolder())
    {
    }

    private PostgresRunStoreTests(PostgresServer server, string database, TemporaryFolder folder) : base(() => Open(database, folder.At("state"))) =>
        (_server, _database, _folder) = (server, database, folder);

    public override void Dispose()
    {
        base.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Open_ByAnotherStateFolder_IsRefusedAndNamesTheFolder()
    {
        var refusal = Assert.Throws<RunRefusedException>(() => Open(_database, _folder.At("other")));

        Assert.Equal(4, refusal.ExitCode);
        Assert.Contains(_folder.At("state"), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_FolderMoved_IsItsFolderStill()
    {
        Directory.Move(_folder.At("state"), _folder.At("moved"));

        using var store = Open(_database, _folder.At("moved"));
        Assert.Empty(store.Runs());
    }

    [Fact]
    public void Open_FolderOfAnotherDatabase_IsRefused()
    {
        var refusal = Assert.Throws<RunRefusedException>(() => Open(_server.NewDatabase(), _folder.At("state")));

        Assert.Equal(4, refusal.ExitCode);
        Assert.Contains("is in the database test_", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WithoutTheDatabaseThatTheFolderNames_IsRefused()
    {
        var refusal = Assert.Throws<RunRefusedException>(() => RunStores.Open(_folder.At("state"), create: true));

        Assert.Equal(4, refusal.ExitCode);
        Assert.Contains("--database", refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.At("state/r1.db")));
    }

    [Fact]
    public void Open_FolderThatHasItsOwnDatabase_IsRefused()
    {
        RunStores.Open(_folder.At("file"), create: true)!.Dispose();

        Assert.Equal(4, Assert.Throws<RunRefusedException>(() => RunStores.Open(_folder.At("file"), create: true, _database)).ExitCode);
    }

    [Fact]
    public void Open_ToRead_MakesNothing()
    {
        string empty = _server.NewDatabase();

        Assert.Null(RunStores.Open(_folder.At("reader"), create: false, empty));
        Assert.False(Directory.Exists(_folder.At("reader")));
    }

    [Fact]
    public void Open_DatabaseThatDoesNotExist_IsRefusedWithoutShowingThePassword()
    {
        string missing = _database.Replace("Database=test", "Password=s3cret;Database=absent", StringComparison.Ordinal);

        var refusal = Assert.Throws<RunRefusedException>(() => RunStores.Open(_folder.At("reader"), create: false, missing));

        Assert.Equal(4, refusal.ExitCode);
        Assert.Contains("createdb", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_AnotherSearchPath_IsAnotherSchema()
    {
        using var store = Open($"{_database};Search Path=other", _folder.At("other"));

        store.Create(Some.Run(), "{}");
        using var first = Open(_database, _folder.At("state"));
        Assert.Null(first.Find("run-1"));
        Assert.NotNull(store.Find("run-1"));
    }

    protected override void Execute(string sql) => PostgresServer.Execute($"{_database};Search Path=r1", sql);

    protected override IRunStore OpenFirstVersion(string data)
    {
        string database = _server.NewDatabase();
        PostgresServer.Execute(database, "create schema r1");
        Assert.True(DeployChanges.To.PostgresqlDatabase($"{database};Search Path=r1", "r1")
            .JournalToPostgresqlTable("r1", "schemaversions")
            .WithScriptsEmbeddedInAssembly(MigrationScripts.Assembly, name => name == "0001-runs.sql")
            .LogTo(new NoOpUpgradeLog())
            .Build()
            .PerformUpgrade()
            .Successful);
        PostgresServer.Execute($"{database};Search Path=r1", data);
        return Open(database, _folder.At("old"));
    }

    protected override Func<IRunStore> Fresh()
    {
        string database = _server.NewDatabase();
        return () => Open(database, _folder.At("fresh"));
    }

    private static IRunStore Open(string database, string stateDirectory) => PostgresStores.Open(database, stateDirectory, create: true, _ => { })!;
}
