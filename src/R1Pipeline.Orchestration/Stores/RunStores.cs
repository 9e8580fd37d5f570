using R1Pipeline.Artifacts;

namespace R1Pipeline.Orchestration.Stores;

/// <summary>Opens the store of a state folder.</summary>
public static class RunStores
{
    /// <summary>Opens the store.</summary>
    /// <param name="stateDirectory">State folder.</param>
    /// <param name="create">Whether to create folder and database where they are missing; otherwise null is returned when there is none.</param>
    /// <exception cref="RunRefusedException">It cannot be opened or created; exit code 4.</exception>
    public static IRunStore? Open(string stateDirectory, bool create)
    {
        string database = RunDirectory.DatabaseOf(stateDirectory);
        if (!create) return File.Exists(database) ? WithFaults(SqliteRunStore.Open(database)) : null;
        try
        {
            Directory.CreateDirectory(stateDirectory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunRefusedException($"the state folder {stateDirectory} cannot be created: {e.Message}", exitCode: 4);
        }
        return WithFaults(SqliteRunStore.Open(database));
    }

    /// <summary>Unset, as in every real process, the variable changes nothing.</summary>
    private static IRunStore WithFaults(IRunStore store) =>
        OwnerKillPoint.Of(Environment.GetEnvironmentVariable(OwnerKillPoint.Variable)) is { } point ? new KillPointRunStore(store, point) : store;
}
