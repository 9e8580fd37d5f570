using R1Pipeline.Artifacts;
using R1Pipeline.Daemon.Listening;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Daemon;

/// <summary>The command line of <c>r1-daemon</c>. Refuses what it does not know, an address that others could reach, and a socket path that is too long.</summary>
/// <param name="StateDirectory">State folder, absolute.</param>
/// <param name="Socket">Unix socket, absolute.</param>
/// <param name="Urls">Loopback addresses besides it.</param>
/// <param name="Slots">Stages side by side; null: one a core.</param>
/// <param name="Database">PostgreSQL connection string or URL; null: SQLite in the state folder. Never printed.</param>
internal sealed record DaemonArguments(string StateDirectory, string Socket, IReadOnlyList<Uri> Urls, int? Slots, string? Database)
{
    public const string Help = """
        usage: r1-daemon [--state DIR] [--socket PATH] [--urls URL[;URL]] [--slots N] [--database DATABASE]

          --state DIR    Folder of runs, checkpoints and artifacts (default: $R1_STATE, else .r1 in the current directory).
          --socket PATH  Unix socket to listen on (default: daemon.sock in the state folder); its group may connect.
          --urls URL     Loopback addresses to listen on besides, as in http://127.0.0.1:8080.
          --slots N      Stages that may compute side by side on this machine (default: one a core).
          --database DB  PostgreSQL connection string or URL instead of SQLite in the state folder (default: $R1_DATABASE, else the
                         file that $R1_DATABASE_FILE names).

        SIGTERM checkpoints every running stage and ends with 0; a second one ends at once. $R1_WORKER names another worker executable.
        """;

    private const int WrongInput = 2;

    public static bool WantsHelp(string[] arguments) => arguments.Any(argument => argument is "--help" or "-h" or "-?");

    /// <summary>Reads it.</summary>
    /// <exception cref="RunRefusedException">It is wrong; exit code 2, or 4 where a file that it names is missing.</exception>
    public static DaemonArguments Parse(string[] arguments, Func<string, string?> environment)
    {
        string? state = null, socket = null, database = null;
        var urls = new List<Uri>();
        int? slots = null;
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string value = i + 1 < arguments.Length ? arguments[i + 1] : throw Wrong($"{arguments[i]} needs a value");
            switch (arguments[i])
            {
                case "--state": state = value; break;
                case "--socket": socket = value; break;
                case "--database": database = value; break;
                case "--urls": urls.AddRange(value.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(LoopbackUrl.Parse)); break;
                case "--slots": slots = int.TryParse(value, out int number) && number > 0 ? number : throw Wrong($"--slots takes a number from 1, not '{value}'"); break;
                default: throw Wrong($"there is no option '{arguments[i]}'; r1-daemon --help lists them");
            }
        }
        if (string.IsNullOrEmpty(state)) state = environment("R1_STATE");
        state = Path.GetFullPath(string.IsNullOrEmpty(state) ? ".r1" : state);
        socket = DaemonSocket.Check(socket is null ? RunDirectory.DaemonSocketOf(state) : Path.GetFullPath(socket));
        return new DaemonArguments(state, socket, urls, slots, DatabaseSetting.Of(database, environment));
    }

    private static RunRefusedException Wrong(string what) => new(what, WrongInput);
}
