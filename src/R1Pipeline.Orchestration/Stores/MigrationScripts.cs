using System.Reflection;

namespace R1Pipeline.Orchestration.Stores;

/// <summary>
/// The migrations that a kind of database needs, by name, in order. They only go forward; a released one never changes. Names that end in
/// <c>.postgres.sql</c> are PostgreSQL's own, all others are read by both.
/// </summary>
internal sealed class MigrationScripts
{
    private const string PostgresOnly = ".postgres.sql";

    private readonly List<string> _names;

    private MigrationScripts(Func<string, bool> wanted) =>
        _names = [.. Assembly.GetManifestResourceNames().Where(name => name.EndsWith(".sql", StringComparison.Ordinal) && wanted(name)).Order(StringComparer.Ordinal)];

    /// <summary>Where their texts are embedded.</summary>
    public static Assembly Assembly { get; } = Assembly.GetExecutingAssembly();

    /// <summary>Those of SQLite.</summary>
    public static MigrationScripts Sqlite { get; } = new(name => !name.EndsWith(PostgresOnly, StringComparison.Ordinal));

    /// <summary>Those of PostgreSQL.</summary>
    public static MigrationScripts Postgres { get; } = new(_ => true);

    /// <summary>Whether a script is one of them.</summary>
    public bool Contains(string name) => _names.Contains(name);

    /// <summary>Whether the applied scripts are all of them.</summary>
    /// <param name="applied">Names in the database's journal.</param>
    /// <param name="database">The database, in words.</param>
    /// <exception cref="RunRefusedException">The journal names one that this version does not know; exit code 4.</exception>
    public bool AreApplied(IReadOnlyCollection<string> applied, string database)
    {
        if (applied.Except(_names).FirstOrDefault() is { } unknown)
        {
            throw new RunRefusedException($"the state database {database} was written by a newer version ({unknown}); use that version, or another state folder", exitCode: 4);
        }
        return _names.All(applied.Contains);
    }
}
