using System.CommandLine;
using System.CommandLine.Completions;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Cli;

/// <summary>Options and arguments that several commands share, so that they look and mean the same everywhere.</summary>
internal static class CommonOptions
{
    /// <summary>Name of the environment variable that stands in for <c>--state</c>.</summary>
    public const string StateVariable = "R1_STATE";

    /// <summary>Name of the environment variable that stands in for <c>--server</c>.</summary>
    public const string ServerVariable = "R1_SERVER";

    // Without a help name the help asks the completion source, that is the store, for one.
    private const string RunHelpName = "RUN";

    /// <summary>Folder of runs, checkpoints and artifacts.</summary>
    public static Option<string?> State { get; } = new("--state")
    {
        Description = $"Folder of runs, checkpoints and artifacts (default: ${StateVariable}, else .r1 in the current directory).",
        HelpName = "DIR",
        Recursive = true,
    };

    /// <summary>The database of a state folder that is not in the folder itself.</summary>
    public static Option<string?> Database { get; } = new("--database")
    {
        Description = $"PostgreSQL connection string or postgres:// URL that holds the state instead of SQLite in the state folder (default: ${DatabaseSetting.Variable}, else the file that ${DatabaseSetting.FileVariable} names; both keep a password out of the process list).",
        HelpName = "DATABASE",
        Recursive = true,
    };

    /// <summary>A daemon to ask instead of a state folder.</summary>
    public static Option<string?> Server { get; } = new("--server")
    {
        Description = $"Ask a daemon instead: unix:PATH or http://HOST:PORT (default: ${ServerVariable}, unless --state is given).",
        HelpName = "ADDRESS",
    };

    /// <summary>Plain text whatever the terminal can do.</summary>
    public static Option<bool> NoColor { get; } = new("--no-color") { Description = "Plain text without colours or progress bars (also: NO_COLOR).", Recursive = true };

    /// <summary>Output for programs.</summary>
    public static Option<bool> Json() => new("--json") { Description = "JSON, one object a line, on standard output." };

    /// <summary>Overrides of a pipeline file.</summary>
    public static Option<string[]> Set() => new("--set")
    {
        Description = "Override a value of the file, as in --set stages.sft.with.epochs=1; may be repeated, later ones win.",
        HelpName = "KEY=VALUE",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
    };

    /// <summary>A stage's name.</summary>
    public static Option<string?> Stage() => new("--stage") { Description = "Only this stage.", HelpName = "STAGE" };

    /// <summary>A run's turn.</summary>
    public static Option<int?> Priority() => new("--priority") { Description = "The run's turn on the machine's slots: the higher one first (default: 0, or what it was).", HelpName = "N" };

    /// <summary>A pipeline file.</summary>
    public static Argument<string> File()
    {
        var file = new Argument<string>("FILE") { Description = "Pipeline file (YAML)." };
        RefuseOptions(file);
        return file;
    }

    /// <summary>A run.</summary>
    public static Argument<string> Run()
    {
        var run = new Argument<string>("RUN") { Description = "Run id, as r1 runs lists it.", HelpName = RunHelpName };
        RefuseOptions(run);
        run.CompletionSources.Add(CompleteRuns);
        return run;
    }

    /// <summary>A run that may be left out.</summary>
    public static Argument<string?> OptionalRun(string description)
    {
        var run = new Argument<string?>("RUN") { Description = description, Arity = ArgumentArity.ZeroOrOne, HelpName = RunHelpName };
        RefuseOptions(run);
        run.CompletionSources.Add(CompleteRuns);
        return run;
    }

    /// <summary>The state folder that the command line, the environment or the current directory names; absolute, perhaps not there yet.</summary>
    public static string StateDirectory(ParseResult parsed)
    {
        string? named = parsed.GetValue(State);
        if (string.IsNullOrEmpty(named)) named = Environment.GetEnvironmentVariable(StateVariable);
        return Path.GetFullPath(string.IsNullOrEmpty(named) ? ".r1" : named);
    }

    /// <summary>The store that the command line, the environment or the current directory names; null: there is none and none was wanted.</summary>
    public static IRunStore? OpenStore(ParseResult parsed, bool create, Action<string>? say = null, CancellationToken stop = default) =>
        RunStores.Open(StateDirectory(parsed), create, DatabaseSetting.Of(parsed.GetValue(Database), Environment.GetEnvironmentVariable), say, stop);

    /// <summary>An option that does not exist is a mistake, not the name of a run or a file.</summary>
    private static void RefuseOptions(Argument argument) => argument.Validators.Add(result =>
    {
        foreach (string option in result.Tokens.Select(token => token.Value).Where(value => value.StartsWith('-'))) result.AddError($"There is no option '{option}' here.");
    });

    private static IEnumerable<CompletionItem> CompleteRuns(CompletionContext context)
    {
        using IRunStore? store = OpenStore(context.ParseResult, create: false);
        return store is null ? [] : [.. store.Runs().Select(run => new CompletionItem(run.Run, detail: run.Pipeline))];
    }
}
