using DbUp;
using DbUp.Engine.Output;
using Microsoft.Data.Sqlite;
using R1Pipeline.Orchestration.Stores;
using R1Pipeline.Orchestration.Stores.Sqlite;
using R1Pipeline.Tests.Artifacts;

namespace R1Pipeline.Tests.Orchestration;

/// <summary>The store's promises in SQLite.</summary>
public sealed class SqliteRunStoreTests : RunStoreTests
{
    private readonly TemporaryFolder _folder;

    public SqliteRunStoreTests() : this(new TemporaryFolder())
    {
    }

    private SqliteRunStoreTests(TemporaryFolder folder) : base(() => Open(folder.At("r1.db"))) => _folder = folder;

    public override void Dispose()
    {
        base.Dispose();
        _folder.Dispose();
    }

    protected override void Execute(string sql) => Execute(_folder.At("r1.db"), sql);

    protected override IRunStore OpenFirstVersion(string data)
    {
        string path = _folder.At("old.db");
        Assert.True(DeployChanges.To.SqliteDatabase(ConnectionString(path))
            .WithScriptsEmbeddedInAssembly(MigrationScripts.Assembly, name => name == "0001-runs.sql")
            .LogTo(new NoOpUpgradeLog())
            .Build()
            .PerformUpgrade()
            .Successful);
        Execute(path, data);
        return Open(path);
    }

    protected override Func<IRunStore> Fresh() => () => Open(_folder.At("fresh.db"));

    private static SqlRunStore Open(string path) => new(SqliteDatabase.Open(path));

    private static string ConnectionString(string path) => $"Data Source={path};Pooling=False";

    private static void Execute(string path, string sql)
    {
        using var connection = new SqliteConnection(ConnectionString(path));
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
