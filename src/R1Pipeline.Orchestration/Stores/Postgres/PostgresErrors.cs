using System.Net.Sockets;
using Npgsql;
using R1Pipeline.Artifacts.Disk;

namespace R1Pipeline.Orchestration.Stores.Postgres;

/// <summary>What PostgreSQL's errors mean for a run. An error that has no such meaning stays what it is.</summary>
internal static class PostgresErrors
{
    // https://www.postgresql.org/docs/current/errcodes-appendix.html
    private const string IdleInTransactionTimeout = "25P03";

    private static readonly string[] Passing =
    [
        PostgresErrorCodes.AdminShutdown, PostgresErrorCodes.CrashShutdown, PostgresErrorCodes.CannotConnectNow, PostgresErrorCodes.TooManyConnections,
        PostgresErrorCodes.DeadlockDetected, PostgresErrorCodes.SerializationFailure, PostgresErrorCodes.LockNotAvailable, PostgresErrorCodes.QueryCanceled,
        // The session stood still for too long while it held a transaction: this process was stopped. The server rolled it back.
        IdleInTransactionTimeout,
        // After a failover the old address may still lead to a standby.
        PostgresErrorCodes.ReadOnlySqlTransaction,
    ];

    /// <summary>Whether the transaction is lost, or its outcome unknown, and the same call may succeed once the server is back.</summary>
    public static bool IsOutage(Exception error) => error switch
    {
        PostgresException { SqlState: var state } => state.StartsWith("08", StringComparison.Ordinal) || Passing.Contains(state),
        NpgsqlException { IsTransient: true } => true,
        NpgsqlException { InnerException: IOException or SocketException or TimeoutException } => true,
        IOException or SocketException or TimeoutException => true,
        _ => false,
    };

    /// <summary>What to throw instead of an error that no waiting mends; null: the error itself.</summary>
    /// <param name="error">The error.</param>
    /// <param name="database">The database, in words.</param>
    public static Exception? Known(Exception error, string database) => error is not PostgresException { SqlState: var state } e ? null : state switch
    {
        PostgresErrorCodes.DiskFull => DiskGuard.DiskFull($"no space left on the server of the state database {database}: {e.MessageText}", e),
        PostgresErrorCodes.InsufficientPrivilege => new RunRefusedException(
            $"the state database {database} refuses: {e.MessageText}; give the role a schema of its own or the right to create one (grant create on database)", exitCode: 4),
        PostgresErrorCodes.InvalidCatalogName => new RunRefusedException($"the state database {database} does not exist: create it (createdb) or name another one", exitCode: 4),
        _ when state.StartsWith("28", StringComparison.Ordinal) => new RunRefusedException(
            $"the state database {database} refuses the login: {e.MessageText}; check user, password and pg_hba.conf", exitCode: 4),
        _ => null,
    };
}
