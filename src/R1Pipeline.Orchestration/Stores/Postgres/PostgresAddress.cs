using Npgsql;

namespace R1Pipeline.Orchestration.Stores.Postgres;

/// <summary>
/// Where a PostgreSQL database is, from a connection string (<c>Host=db;Database=r1;Username=r1</c>) or a URL (<c>postgres://r1@db/r1</c>). Never shows
/// the password, not even in what it says about a string that it cannot read.
/// </summary>
/// <param name="ConnectionString">Connection string with our defaults.</param>
/// <param name="Schema">Schema of our tables: <c>r1</c>, or the string's <c>Search Path</c>.</param>
/// <param name="Words">The database in words, without user and password.</param>
internal sealed record PostgresAddress(string ConnectionString, string Schema, string Words)
{
    private const string DefaultSchema = "r1";
    private const string Forms = "Host=HOST;Port=5432;Database=DB;Username=USER;Password=… or postgres://USER:…@HOST:5432/DB";

    // Names of libpq's URL parameters, and ours.
    private static readonly Dictionary<string, string> UrlParameters = new(StringComparer.OrdinalIgnoreCase)
    {
        ["application_name"] = "Application Name",
        ["connect_timeout"] = "Timeout",
        ["gssencmode"] = "GSS Encryption Mode",
        ["host"] = "Host",
        ["options"] = "Options",
        ["passfile"] = "Passfile",
        ["password"] = "Password",
        ["port"] = "Port",
        ["search_path"] = "Search Path",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["target_session_attrs"] = "Target Session Attributes",
        ["user"] = "Username",
    };

    /// <summary>Reads it.</summary>
    /// <exception cref="RunRefusedException">It cannot be read; exit code 2.</exception>
    public static PostgresAddress Parse(string text)
    {
        NpgsqlConnectionStringBuilder builder;
        try
        {
            builder = IsUrl(text) ? OfUrl(new Uri(text)) : new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException or NotSupportedException)
        {
            // The library's own message may quote a piece of the string, and that may be the password.
            throw new RunRefusedException($"the database's connection string cannot be read; accepted is {Forms}", exitCode: 2);
        }
        if (string.IsNullOrEmpty(builder.Host)) throw new RunRefusedException($"the database's connection string names no host; accepted is {Forms}", exitCode: 2);

        string schema = string.IsNullOrEmpty(builder.SearchPath) ? DefaultSchema : builder.SearchPath;
        builder.SearchPath = schema;
        if (string.IsNullOrEmpty(builder.ApplicationName)) builder.ApplicationName = "r1";
        // A peer that vanished without a word is noticed in seconds, not hours.
        if (builder.KeepAlive == 0) builder.KeepAlive = 10;
        // The library's own default tries Kerberos first, and where its libraries are missing (a container) every process says so on stderr.
        if (!builder.ShouldSerialize("GSS Encryption Mode")) builder.GssEncryptionMode = GssEncryptionMode.Disable;
        builder.IncludeErrorDetail = false;
        builder.PersistSecurityInfo = false;
        return new PostgresAddress(builder.ToString(), schema, $"{builder.Database ?? builder.Username ?? "(default)"} on {builder.Host}:{builder.Port}");
    }

    /// <inheritdoc/>
    public override string ToString() => Words;

    private static bool IsUrl(string text) =>
        text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    private static NpgsqlConnectionStringBuilder OfUrl(Uri url)
    {
        var builder = new NpgsqlConnectionStringBuilder();
        if (url.Host.Length > 0) builder.Host = url.IdnHost;
        if (url.Port > 0) builder.Port = url.Port;
        if (url.AbsolutePath.Length > 1) builder.Database = Uri.UnescapeDataString(url.AbsolutePath[1..]);
        string[] user = url.UserInfo.Split(':', 2);
        if (user[0].Length > 0) builder.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1) builder.Password = Uri.UnescapeDataString(user[1]);
        foreach (string parameter in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = parameter.Split('=', 2);
            if (pair.Length < 2 || !UrlParameters.TryGetValue(pair[0], out string? name))
            {
                throw new RunRefusedException($"the database's URL has the parameter '{pair[0]}', which is not known; known are {string.Join(", ", UrlParameters.Keys)}", exitCode: 2);
            }
            string value = Uri.UnescapeDataString(pair[1]);
            // libpq writes verify-full, the library VerifyFull.
            builder[name] = name is "SSL Mode" or "Target Session Attributes" ? value.Replace("-", name == "SSL Mode" ? "" : "-", StringComparison.Ordinal) : value;
        }
        return builder;
    }
}
