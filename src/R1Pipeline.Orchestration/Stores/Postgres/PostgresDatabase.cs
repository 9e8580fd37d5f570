using System.Data;
using System.Data.Common;
using Dapper;
using Npgsql;

namespace R1Pipeline.Orchestration.Stores.Postgres;

/// <summary>
/// One PostgreSQL database. Writers of all processes take one advisory lock first, so that they are as serial as SQLite's; readers see one snapshot.
/// A lost connection is a pause, not an error (<see cref="OutageRetry"/>).
/// <para>
/// A commit whose answer was lost is settled by a row, not by <c>pg_xact_status</c>: after a crash the server may give the id of a transaction that left
/// no trace to another one, and would then call the lost one committed. Every write numbers itself in table <c>last_write</c>, in its own transaction; the
/// repetition takes the lock, which the old transaction held until its end, and finds its number there or not.
/// </para>
/// </summary>
internal sealed class PostgresDatabase : IStateDatabase
{
    // A process that is stopped in the middle of a write must not keep all others from writing.
    private const string BeginWrite =
        """
        select set_config('idle_in_transaction_session_timeout', '60s', true),
          set_config('synchronous_commit', case current_setting('synchronous_commit') when 'off' then 'on' else current_setting('synchronous_commit') end, true);
        """ + PostgresSchema.TakeLock;

    // Rows of processes that ended long ago go with the first write of a new one.
    private const string Forget = "delete from last_write where at < now() - interval '1 day'";

    private const string Number =
        "insert into last_write (writer, number, at) values (@writer, @number, now()) on conflict (writer) do update set number = excluded.number, at = excluded.at";

    private readonly PostgresAddress _address;
    private readonly OutageRetry _retry;
    private readonly string _writer = Guid.NewGuid().ToString("N");
    private readonly Lock _writing = new();
    private long _number;

    /// <param name="address">A database that <see cref="PostgresSchema"/> found in order.</param>
    /// <param name="retry">How outages are waited out.</param>
    public PostgresDatabase(PostgresAddress address, OutageRetry retry) => (_address, _retry) = (address, retry);

    /// <inheritdoc/>
    public T Read<T>(Func<DbTransaction, T> work) => _retry.Run(() =>
    {
        using var connection = Connect();
        using var transaction = connection.BeginTransaction(IsolationLevel.RepeatableRead);
        return work(transaction);
    });

    /// <inheritdoc/>
    public T Write<T>(Func<DbTransaction, T> work)
    {
        lock (_writing)
        {
            var write = new NumberedWrite<T>(_writer, ++_number, work);
            return _retry.Run(() => write.Attempt(Connect));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        using var connection = new NpgsqlConnection(_address.ConnectionString);
        NpgsqlConnection.ClearPool(connection);
    }

    private NpgsqlConnection Connect()
    {
        var connection = new NpgsqlConnection(_address.ConnectionString);
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>One write and its repetitions.</summary>
    private sealed class NumberedWrite<T>(string writer, long number, Func<DbTransaction, T> work)
    {
        private T _result = default!;
        private bool _outcomeUnknown;

        public T Attempt(Func<NpgsqlConnection> connect)
        {
            using var connection = connect();
            try
            {
                // Not repeatable read: the snapshot would be older than the lock.
                using var transaction = connection.BeginTransaction(IsolationLevel.ReadCommitted);
                connection.Execute(BeginWrite, transaction: transaction);
                if (_outcomeUnknown && IsCommitted(transaction)) return _result;
                connection.Execute(number == 1 ? $"{Forget}; {Number}" : Number, new { writer, number }, transaction);
                _result = work(transaction);
                _outcomeUnknown = true;
                transaction.Commit();
                return _result;
            }
            catch (Exception error) when (PostgresErrors.IsOutage(error))
            {
                // Its fellows in the pool lead to the same server.
                NpgsqlConnection.ClearPool(connection);
                throw;
            }
        }

        private bool IsCommitted(DbTransaction transaction) =>
            transaction.Connection!.QuerySingleOrDefault<long?>("select number from last_write where writer = @writer", new { writer }, transaction) == number;
    }
}
