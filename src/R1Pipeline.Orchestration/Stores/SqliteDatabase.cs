using System.Data.Common;
using System.Reflection;
using System.Runtime.CompilerServices;
using Dapper;
using DbUp;
using DbUp.Engine.Output;
using Microsoft.Data.Sqlite;
using R1Pipeline.Orchestration.Nodes;

namespace R1Pipeline.Orchestration.Stores;

/// <summary>
/// One SQLite file: durable (WAL, synchronous FULL), patient with other processes (10 s), migrated forward by DbUp, which is only woken when a script is missing.
/// One connection, one transaction at a time; writers take the write lock at once (BEGIN IMMEDIATE), so that none of them fails half-way.
/// </summary>
internal sealed class SqliteDatabase : IDisposable
{
    private const int Full = 13; // SQLITE_FULL
    private const int NoSpace = 28; // ENOSPC

    private static readonly string[] Scripts =
        [.. Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(name => name.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private readonly SqliteConnection _connection;
    private readonly Lock _gate = new();

    private SqliteDatabase(SqliteConnection connection) => _connection = connection;

    /// <summary>Opens the file, creating and migrating it where needed.</summary>
    /// <exception cref="RunRefusedException">A newer version wrote it, or it cannot be opened.</exception>
    public static SqliteDatabase Open(string path)
    {
        var text = new SqliteConnectionStringBuilder { DataSource = path, ForeignKeys = true, DefaultTimeout = 10, Pooling = false }.ToString();
        var connection = new SqliteConnection(text);
        try
        {
            connection.Open();
            connection.Execute("pragma busy_timeout = 10000; pragma journal_mode = wal; pragma synchronous = full;");
            Migrate(connection, text, path);
            return new SqliteDatabase(connection);
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw new RunRefusedException($"the state database {path} cannot be opened: {e.Message}; check that the folder is writable, local and not full", exitCode: 4);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Runs <paramref name="work"/> in a read transaction: one consistent view.</summary>
    public T Read<T>(Func<DbTransaction, T> work)
    {
        lock (_gate)
        {
            using var transaction = _connection.BeginTransaction(deferred: true);
            return work(transaction);
        }
    }

    /// <summary>Runs <paramref name="work"/> in a write transaction and commits it.</summary>
    public T Write<T>(Func<DbTransaction, T> work)
    {
        lock (_gate)
        {
            try
            {
                using var transaction = _connection.BeginTransaction(deferred: false);
                var result = work(transaction);
                transaction.Commit();
                return result;
            }
            catch (SqliteException e) when (e.SqliteErrorCode == Full)
            {
                // The same failure as any other full disk, whatever library met it.
                throw new IOException($"no space left for the state database: {e.Message}", NoSpace);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate) _connection.Dispose();
    }

    private static void Migrate(SqliteConnection connection, string text, string path)
    {
        if (!IsCurrent(connection, path)) Upgrade(connection, text, path);
    }

    /// <summary>Apart from <see cref="Migrate"/>, so that the migration library is not even loaded where nothing is to be done.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Upgrade(SqliteConnection connection, string text, string path)
    {
        // Two processes may meet a new folder: the second waits and finds the work done.
        using var alone = FileLock.Wait(path + ".migrate.lock", TimeSpan.FromSeconds(60));
        if (IsCurrent(connection, path)) return;
        var result = DeployChanges.To.SqliteDatabase(text)
            .WithScriptsEmbeddedInAssembly(Assembly.GetExecutingAssembly(), name => name.EndsWith(".sql", StringComparison.Ordinal))
            .WithTransactionPerScript()
            .LogTo(new NoOpUpgradeLog())
            .Build()
            .PerformUpgrade();
        if (!result.Successful) throw new InvalidOperationException($"migration {result.ErrorScript?.Name} of {path} failed", result.Error);
    }

    private static bool IsCurrent(SqliteConnection connection, string path)
    {
        if (connection.ExecuteScalar<long>("select count(*) from sqlite_master where type = 'table' and name = 'SchemaVersions'") == 0) return false;
        var applied = connection.Query<string>("select ScriptName from SchemaVersions").ToHashSet();
        if (applied.Except(Scripts).FirstOrDefault() is { } unknown)
        {
            throw new RunRefusedException($"the state database {path} was written by a newer version ({unknown}); use that version, or another state folder", exitCode: 4);
        }
        return Scripts.All(applied.Contains);
    }
}
