using System.Text.Json;
using R1Pipeline.Artifacts;
using R1Pipeline.Contracts;

namespace R1Pipeline.Orchestration.Stores;

/// <summary>
/// A file in a state folder whose store is elsewhere: the folder's identity, which its database repeats, and where that database is. Without it,
/// a command that forgets to name the database would find no runs and begin a second truth. Holds no user and no password.
/// </summary>
/// <param name="Id">The folder's identity; it moves with the folder.</param>
/// <param name="Database">The database, in words.</param>
internal sealed record DatabaseMark(string Id, string Database)
{
    /// <summary>The folder's mark; null: it has none.</summary>
    public static DatabaseMark? Read(string stateDirectory)
    {
        string path = RunDirectory.DatabaseMarkOf(stateDirectory);
        return File.Exists(path) ? JsonSerializer.Deserialize<DatabaseMark>(File.ReadAllText(path), ContractJson.Compact) : null;
    }

    /// <summary>The folder's mark, made where it is missing. For whoever holds the database's lock.</summary>
    public static DatabaseMark Ensure(string stateDirectory, string database)
    {
        if (Read(stateDirectory) is { } there) return there;
        var mark = new DatabaseMark(Guid.NewGuid().ToString("N"), database);
        AtomicFile.WriteAllText(RunDirectory.DatabaseMarkOf(stateDirectory), JsonSerializer.Serialize(mark, ContractJson.Indented));
        return mark;
    }
}
