using System.Runtime.CompilerServices;
using R1Pipeline.Artifacts;
using R1Pipeline.Orchestration.Stores.Postgres;
using R1Pipeline.Orchestration.Stores.Sqlite;

namespace R1Pipeline.Orchestration.Stores;

/// <summary>
/// Opens the store of a state folder: <c>r1.db</c> in it, or the PostgreSQL database that the caller names. A folder never has both: the other one is
/// refused.
/// </summary>
public static class RunStores
{
    /// <summary>Opens the store.</summary>
    /// <param name="stateDirectory">State folder.</param>
    /// <param name="create">Whether to create folder and database where they are missing; otherwise null is returned when there is none.</param>
    /// <param name="database">PostgreSQL connection string or URL, as <see cref="DatabaseSetting"/> gives it; null: SQLite in the state folder.</param>
    /// <param name="say">Told when the database stops answering and is waited for.</param>
    /// <param name="stop">Cancelled when this process is asked to stop: a server that does not answer is waited for only briefly then.</param>
    /// <exception cref="RunRefusedException">It cannot be opened or created; exit code 4 (3: the disk is full; 2: the connection string is wrong).</exception>
    /// <exception cref="StoreUnavailableException">Another process kept it locked.</exception>
    public static IRunStore? Open(string stateDirectory, bool create, string? database = null, Action<string>? say = null, CancellationToken stop = default)
    {
        stateDirectory = Path.GetFullPath(stateDirectory);
        if (create)
        {
            try
            {
                Directory.CreateDirectory(stateDirectory);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new RunRefusedException($"the state folder {stateDirectory} cannot be created: {e.Message}", exitCode: 4);
            }
        }
        return (database is null ? OpenFile(stateDirectory, create) : OpenServer(database, stateDirectory, create, say ?? (_ => { }), stop)) is { } store ? WithFaults(store) : null;
    }

    private static SqlRunStore? OpenFile(string stateDirectory, bool create)
    {
        string path = RunDirectory.DatabaseOf(stateDirectory);
        if (!File.Exists(path))
        {
            if (DatabaseMark.Read(stateDirectory) is { } mark)
            {
                throw new RunRefusedException(
                    $"the state of folder {stateDirectory} is in the database {mark.Database}: name it with --database, {DatabaseSetting.Variable} or {DatabaseSetting.FileVariable}", exitCode: 4);
            }
            if (!create) return null;
        }
        return new SqlRunStore(SqliteDatabase.Open(path));
    }

    /// <summary>Apart, so that who works with a file does not load the driver of the server.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static IRunStore? OpenServer(string database, string stateDirectory, bool create, Action<string> say, CancellationToken stop)
    {
        if (File.Exists(RunDirectory.DatabaseOf(stateDirectory)))
        {
            throw new RunRefusedException(
                $"the state of folder {stateDirectory} is in its file {Path.GetFileName(RunDirectory.DatabaseOf(stateDirectory))}: leave --database away, or name a new state folder", exitCode: 4);
        }
        return PostgresStores.Open(database, stateDirectory, create, say, stop: stop);
    }

    /// <summary>Unset, as in every real process, the variable changes nothing.</summary>
    private static IRunStore WithFaults(IRunStore store) =>
        OwnerKillPoint.Of(Environment.GetEnvironmentVariable(OwnerKillPoint.Variable)) is { } point ? new KillPointRunStore(store, point) : store;
}
