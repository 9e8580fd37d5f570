using System.Data.Common;
using System.Runtime.CompilerServices;
using Dapper;
using DbUp;
using DbUp.Engine.Output;
using Microsoft.Data.Sqlite;
using R1Pipeline.Orchestration.Nodes;

namespace R1Pipeline.Orchestration.Stores.Sqlite;

/// <summary>
/// One SQLite file: durable (WAL, synchronous FULL), patient with other processes, migrated forward by DbUp, which is only woken when a script is missing.
/// One connection, one transaction at a time; writers take the write lock at once (BEGIN IMMEDIATE), so that none of them fails half-way.
/// </summary>
internal sealed class SqliteDatabase : IStateDatabase
{
    // A backup or a maintenance command may hold the lock for a while; what holds it longer is a forgotten shell.
    private static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(60);

    private readonly SqliteConnection _connection;
    private readonly SqliteErrors _errors;
    private readonly Lock _gate = new();

    private SqliteDatabase(SqliteConnection connection, SqliteErrors errors) => (_connection, _errors) = (connection, errors);

    /// <summary>Opens the file, creating and migrating it where needed. Its folder must exist.</summary>
    /// <param name="path">The file.</param>
    /// <param name="patience">How long to wait for a lock that another process holds, in whole seconds; null: a minute.</param>
    /// <exception cref="RunRefusedException">A newer version wrote it, or it cannot be opened.</exception>
    /// <exception cref="StoreUnavailableException">Another process kept its lock.</exception>
    public static SqliteDatabase Open(string path, TimeSpan? patience = null)
    {
        var errors = new SqliteErrors(path, patience ?? DefaultPatience);
        // The library asks again until its own timeout is over; SQLite's is one round of it.
        var text = new SqliteConnectionStringBuilder { DataSource = path, ForeignKeys = true, DefaultTimeout = (int)errors.Patience.TotalSeconds, Pooling = false }.ToString();
        var connection = new SqliteConnection(text);
        try
        {
            connection.Open();
            connection.Execute("pragma busy_timeout = 1000; pragma journal_mode = wal; pragma synchronous = full;");
            Migrate(connection, text, path);
            return new SqliteDatabase(connection, errors);
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw errors.AtOpen(e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public T Read<T>(Func<DbTransaction, T> work)
    {
        lock (_gate)
        {
            try
            {
                using var transaction = _connection.BeginTransaction(deferred: true);
                return work(transaction);
            }
            catch (SqliteException e) when (_errors.InUse(e) is { } known)
            {
                throw known;
            }
        }
    }

    /// <inheritdoc/>
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
            catch (SqliteException e) when (_errors.InUse(e) is { } known)
            {
                throw known;
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
            .WithScriptsEmbeddedInAssembly(MigrationScripts.Assembly, MigrationScripts.Sqlite.Contains)
            .WithTransactionPerScript()
            .LogTo(new NoOpUpgradeLog())
            .Build()
            .PerformUpgrade();
        if (result.Successful) return;
        if (result.Error is SqliteException error) throw error; // a full disk, a lock: said as what it is
        throw new InvalidOperationException($"migration {result.ErrorScript?.Name} of {path} failed", result.Error);
    }

    private static bool IsCurrent(SqliteConnection connection, string path) =>
        connection.ExecuteScalar<long>("select count(*) from sqlite_master where type = 'table' and name = 'SchemaVersions'") != 0
        && MigrationScripts.Sqlite.AreApplied([.. connection.Query<string>("select ScriptName from SchemaVersions")], path);
}
