namespace R1Pipeline.Orchestration.Stores;

/// <summary>Which PostgreSQL database the user named: an option, else <c>R1_DATABASE</c>, else the file that <c>R1_DATABASE_FILE</c> names.</summary>
public static class DatabaseSetting
{
    /// <summary>Name of the environment variable that holds a connection string.</summary>
    public const string Variable = "R1_DATABASE";

    /// <summary>Name of the environment variable that names a file with one: for secrets that must not stand in an environment.</summary>
    public const string FileVariable = "R1_DATABASE_FILE";

    /// <summary>The connection string; null: none is named, the state folder holds its own database.</summary>
    /// <param name="option">Value of the option; null or empty: not given.</param>
    /// <param name="environment">Value of an environment variable.</param>
    /// <exception cref="RunRefusedException">The file cannot be read; exit code 4.</exception>
    public static string? Of(string? option, Func<string, string?> environment)
    {
        if (!string.IsNullOrWhiteSpace(option)) return option;
        if (environment(Variable) is { } direct && !string.IsNullOrWhiteSpace(direct)) return direct;
        if (environment(FileVariable) is not { Length: > 0 } path) return null;
        try
        {
            return File.ReadAllText(path).Trim() is { Length: > 0 } text ? text : throw new RunRefusedException($"{path}, named by {FileVariable}, is empty", exitCode: 4);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunRefusedException($"{path}, named by {FileVariable}, cannot be read: {e.Message}", exitCode: 4);
        }
    }
}
