using System.Diagnostics;
using System.Globalization;
using Npgsql;

[assembly: AssemblyFixture(typeof(R1Pipeline.Tests.Orchestration.PostgresServer))]

namespace R1Pipeline.Tests.Orchestration;

/// <summary>
/// A real PostgreSQL server from Debian's packages in a temporary folder, on a unix socket only, started when the first test asks for a database. It dies
/// with the test program, however that ends. One is shared by all tests; a test that stops or kills it makes its own. Where PostgreSQL is missing the
/// asking test is skipped, or fails when <c>R1_REQUIRE_POSTGRES</c> is set, as it is in <c>.ci/run</c>.
/// </summary>
public sealed class PostgresServer : IDisposable
{
    private const int Port = 5432;

    // Waits for the end of its input, that is for this process, and ends the server. What is given to sh starts the server in the foreground.
    private const string Keeper = "exec 3<&0 2>/dev/null; \"$@\" </dev/null 3<&- >>\"$LOG\" 2>&1 & server=$!; cat <&3 >/dev/null; kill -QUIT $server 2>/dev/null; wait $server";

    private readonly Lock _gate = new();
    private string? _folder;
    private Process? _keeper;
    private bool _hasTemplate;
    private int _databases;

    /// <summary>Folder of the server's socket.</summary>
    public string SocketFolder => _folder ?? throw new InvalidOperationException("the server was not started");

    private static string? Binaries => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Max(StringComparer.Ordinal)
        : null;

    /// <summary>A copy of a database that is made once, by <paramref name="make"/> out of an empty one: sooner there than made again.</summary>
    /// <returns>Its connection string.</returns>
    public string NewDatabase(Action<string> make)
    {
        lock (_gate)
        {
            if (!_hasTemplate)
            {
                make(NewDatabase("template_r1", like: ""));
                _hasTemplate = true;
            }
            return NewDatabase(name: null, "template template_r1");
        }
    }

    /// <summary>Makes an empty database; starts the server first where need be.</summary>
    /// <returns>Its connection string.</returns>
    public string NewDatabase() => NewDatabase(name: null, like: "");

    private string NewDatabase(string? name, string like)
    {
        if (Binaries is null)
        {
            const string Missing = "PostgreSQL is not installed (apt-get install postgresql): its store is not tested";
            Assert.SkipWhen(Environment.GetEnvironmentVariable("R1_REQUIRE_POSTGRES") is null, Missing);
            Assert.Fail(Missing);
        }
        lock (_gate)
        {
            if (_folder is null)
            {
                Initialize();
                Start();
            }
            name ??= string.Create(CultureInfo.InvariantCulture, $"test_{++_databases}");
            Execute(ConnectionString("postgres"), $"create database {name} {like}");
            return ConnectionString(name);
        }
    }

    /// <summary>Starts it again.</summary>
    public void Start()
    {
        string[] command = [.. AsServerUser(), Path.Combine(Binaries!, "postgres"), "-D", Path.Combine(SocketFolder, "data"), "-k", SocketFolder, "-p", $"{Port}", .. Settings()];
        var start = new ProcessStartInfo("sh", ["-c", Keeper, "sh", .. command]) { RedirectStandardInput = true };
        start.Environment["LOG"] = Path.Combine(SocketFolder, "log");
        _keeper = Process.Start(start)!;
        var patience = Stopwatch.StartNew();
        while (!Answers())
        {
            if (patience.Elapsed > TimeSpan.FromSeconds(60)) Assert.Fail($"PostgreSQL did not start:\n{File.ReadAllText(Path.Combine(SocketFolder, "log"))}");
            if (_keeper.HasExited) throw new InvalidOperationException("the keeper of the server ended");
            Wait(20);
        }
    }

    /// <summary>Stops it as an administrator does: sessions are ended, everything is written.</summary>
    public void Stop() => End("INT");

    /// <summary>Kills all of its processes.</summary>
    public void Kill() => End("KILL");

    /// <summary>Runs statements.</summary>
    public static void Execute(string connectionString, string sql)
    {
        using var connection = new NpgsqlConnection(connectionString);
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        if (_folder is null) return;
        if (_keeper is not null) End("QUIT");
        Directory.Delete(_folder, recursive: true);
    }

    private static IEnumerable<string> Settings() =>
        new[] { "listen_addresses=", "fsync=off", "full_page_writes=off", "shared_buffers=16MB", "max_connections=100", "lc_messages=C" }.SelectMany(setting => new[] { "-c", setting });

    /// <summary>The server refuses to run as root.</summary>
    private static string[] AsServerUser()
    {
        if (Environment.UserName != "root") return [];
        string user = File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody";
        return ["setpriv", $"--reuid={user}", $"--regid={Run("id", "-g", user).Trim()}", "--clear-groups", "--"];
    }

    private void Initialize()
    {
        // Not the temporary folder of this process: the server's user may not enter it, and a socket's path must be short.
        _folder = $"/tmp/r1-postgres-{Guid.NewGuid():N}"[..30];
        Directory.CreateDirectory(_folder);
        if (AsServerUser() is [_, var user, ..]) Run("chown", user[(user.IndexOf('=', StringComparison.Ordinal) + 1)..], _folder);
        string[] command = [.. AsServerUser(), Path.Combine(Binaries!, "initdb"), "-D", Path.Combine(_folder, "data"), "-U", "r1", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"];
        Run(command[0], command[1..]);
    }

    private void End(string signal)
    {
        string pidFile = Path.Combine(SocketFolder, "data", "postmaster.pid");
        if (File.Exists(pidFile))
        {
            int postmaster = int.Parse(File.ReadLines(pidFile).First(), CultureInfo.InvariantCulture);
            string children = $"/proc/{postmaster}/task/{postmaster}/children";
            string[] backends = signal == "KILL" && File.Exists(children) ? File.ReadAllText(children).Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];
            Signal(signal, [$"{postmaster}", .. backends]);
        }
        _keeper!.StandardInput.Close();
        _keeper.WaitForExit();
        _keeper.Dispose();
        _keeper = null;
    }

    // Processes that ended by themselves meanwhile are no mistake.
    private static void Signal(string signal, string[] processes)
    {
        using var kill = Process.Start(new ProcessStartInfo("kill", [$"-{signal}", .. processes]) { RedirectStandardError = true })!;
        kill.StandardError.ReadToEnd();
        kill.WaitForExit();
    }

    private bool Answers()
    {
        try
        {
            Execute(ConnectionString("postgres"), "select 1");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private string ConnectionString(string database) => $"Host={SocketFolder};Port={Port};Username=r1;Database={database}" + (database == "postgres" ? ";Pooling=False" : "");

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" })!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {errors.GetAwaiter().GetResult()}");
        return output;
    }

    private static void Wait(int milliseconds)
    {
        using var never = new ManualResetEventSlim();
        never.Wait(milliseconds);
    }
}
