namespace R1Pipeline.Orchestration.Stores.Postgres;

/// <summary>Opens stores in PostgreSQL: short patience while opening, where somebody waits at the keyboard, a long one for the outages of a running server.</summary>
internal static class PostgresStores
{
    /// <summary>How long an outage is waited out once the store is open.</summary>
    public static readonly TimeSpan DefaultPatience = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan OpeningPatience = TimeSpan.FromSeconds(5);

    /// <summary>Opens the store; null: there is none, and <paramref name="create"/> was not wanted.</summary>
    /// <param name="connection">Connection string or URL.</param>
    /// <param name="stateDirectory">The state folder that it describes, absolute.</param>
    /// <param name="create">Whether to make schema and binding where they are missing.</param>
    /// <param name="say">Told when an outage begins.</param>
    /// <param name="patience">How long an outage is waited out; null: <see cref="DefaultPatience"/>, or what <c>outage-ms=N</c> among the faults of a test names.</param>
    /// <param name="stop">Cancelled when this process is asked to stop: it waits for seconds only then.</param>
    /// <exception cref="RunRefusedException">It cannot be opened.</exception>
    public static IRunStore? Open(string connection, string stateDirectory, bool create, Action<string> say, TimeSpan? patience = null, CancellationToken stop = default)
    {
        var address = PostgresAddress.Parse(connection);
        var schema = new PostgresSchema(address, stateDirectory);
        try
        {
            if (!new OutageRetry(address.Words, OpeningPatience, TimeProvider.System, _ => { }).Run(() => schema.Ensure(create))) return null;
        }
        catch (StoreUnavailableException e)
        {
            throw new RunRefusedException(e.Message, exitCode: 4);
        }
        patience ??= ShortenedTime.Of(Environment.GetEnvironmentVariable(OwnerKillPoint.Variable), "outage-ms") ?? DefaultPatience;
        return new SqlRunStore(new PostgresDatabase(address, new OutageRetry(address.Words, patience.Value, TimeProvider.System, say, stop)));
    }
}
