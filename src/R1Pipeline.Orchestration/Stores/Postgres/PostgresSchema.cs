using System.Runtime.CompilerServices;
using Dapper;
using DbUp;
using DbUp.Engine.Output;
using Npgsql;

namespace R1Pipeline.Orchestration.Stores.Postgres;

/// <summary>
/// Our schema in a PostgreSQL database: made, migrated forward by DbUp (only woken when a script is missing) and bound to one state folder.
/// </summary>
internal sealed class PostgresSchema(PostgresAddress address, string stateDirectory)
{
    /// <summary>Waits for the one lock of all writers and holds it until the transaction's end.</summary>
    public const string TakeLock = "select pg_advisory_xact_lock(hashtext('r1'), hashtext(current_setting('search_path')))";

    private const string Journal = "schemaversions";

    /// <summary>Makes sure of it; false: there is none, and <paramref name="create"/> was not wanted.</summary>
    /// <exception cref="RunRefusedException">A newer version wrote it, it is another folder's, or it must not be made.</exception>
    public bool Ensure(bool create)
    {
        using var connection = new NpgsqlConnection(address.ConnectionString);
        connection.Open();
        if (!HasJournal(connection) && !create) return false;
        if (IsCurrent(connection) && IsOurs(connection)) return true;

        // The lock stands in a transaction of its own: what is made under it must be seen by the library's connections.
        using var guard = new NpgsqlConnection(address.ConnectionString);
        guard.Open();
        using var alone = guard.BeginTransaction();
        guard.Execute(TakeLock, transaction: alone);
        if (!HasSchema(connection)) connection.Execute($"create schema {Quoted}");
        if (!IsCurrent(connection)) Upgrade();
        if (!IsOurs(connection)) Claim(connection);
        return true;
    }

    private string Quoted => $"\"{address.Schema.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private bool HasSchema(NpgsqlConnection connection) =>
        connection.ExecuteScalar<bool>("select exists (select from pg_namespace where nspname = @Schema)", new { address.Schema });

    private bool HasJournal(NpgsqlConnection connection) =>
        connection.ExecuteScalar<bool>("select exists (select from pg_tables where schemaname = @Schema and tablename = @Journal)", new { address.Schema, Journal });

    private bool IsCurrent(NpgsqlConnection connection) =>
        HasJournal(connection) && MigrationScripts.Postgres.AreApplied([.. connection.Query<string>($"select scriptname from {Journal}")], address.Words);

    /// <summary>Whether the database is bound to this folder; false: to none yet.</summary>
    private bool IsOurs(NpgsqlConnection connection)
    {
        var owner = connection.QuerySingleOrDefault<(string Id, string Path)?>("select id, path from state_folder");
        var mark = DatabaseMark.Read(stateDirectory);
        if (owner is not { } known)
        {
            if (mark is null || mark.Database == address.Words) return false;
            throw new RunRefusedException(
                $"the state of folder {stateDirectory} is in the database {mark.Database}, and {address.Words} is empty; name that one, or restore a dump of it here", exitCode: 4);
        }
        if (known.Id != mark?.Id)
        {
            throw new RunRefusedException(
                $"the database {address.Words} holds the state of folder {known.Path}, not of {stateDirectory}: one database serves one state folder; " +
                "name that folder with --state, or another database with --database", exitCode: 4);
        }
        return true;
    }

    private void Claim(NpgsqlConnection connection)
    {
        var mark = DatabaseMark.Ensure(stateDirectory, address.Words);
        connection.Execute("insert into state_folder (id, path) values (@Id, @stateDirectory)", new { mark.Id, stateDirectory });
    }

    /// <summary>Apart, so that the migration library is not even loaded where nothing is to be done.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Upgrade()
    {
        var result = DeployChanges.To.PostgresqlDatabase(address.ConnectionString, address.Schema)
            .JournalToPostgresqlTable(address.Schema, Journal)
            .WithScriptsEmbeddedInAssembly(MigrationScripts.Assembly, MigrationScripts.Postgres.Contains)
            .WithTransactionPerScript()
            .LogTo(new NoOpUpgradeLog())
            .Build()
            .PerformUpgrade();
        if (!result.Successful) throw new InvalidOperationException($"migration {result.ErrorScript?.Name} of {address.Words} failed", result.Error);
    }
}
