using System.Diagnostics;
using System.Text.Json;

namespace R1Pipeline.EndToEnd.Tests.Harness;

/// <summary>The built <c>r1</c> in one state folder. Knows only its command line, its <c>--json</c> contracts and the documented layout of the state folder.</summary>
internal sealed class R1(string state)
{
    // No test asserts on time: this only keeps a hanging process from hanging the suite.
    private static readonly TimeSpan Watchdog = TimeSpan.FromMinutes(10);

    public static string Root { get; } = FindRoot();

    public static string Executable { get; } = Path.Combine(
        Root, "src", "R1Pipeline.Cli", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", OperatingSystem.IsWindows() ? "r1.exe" : "r1");

    /// <summary>The worker of the tests, whose stages only count.</summary>
    public static string CountingWorker { get; } = Path.Combine(Root, "tests", "R1Pipeline.TestWorker", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "r1-test-worker");

    /// <summary>The worker of the product.</summary>
    public static string RealWorker { get; } = Executable.Replace("R1Pipeline.Cli", "R1Pipeline.Worker", StringComparison.Ordinal).Replace("net10.0/r1", "net10.0/r1-worker", StringComparison.Ordinal);

    public string State => state;

    /// <summary>Worker executable; null: the real one.</summary>
    public string? Worker { get; init; }

    /// <summary>Connection string of the database of its state; null: SQLite in the state folder.</summary>
    public string? Database { get; init; }

    /// <summary>Faults (<c>R1_FAULT</c>) of what is started; null: none.</summary>
    public string? Faults { get; init; }

    /// <summary>Fault of the rules of rewards (<c>R1_REWARD_FAULT</c>) in what is started; null: none.</summary>
    public string? RewardFault { get; init; }

    /// <summary>Starts a command; its state folder is this one.</summary>
    public R1Process Start(params string[] arguments) =>
        // A directive such as [suggest] takes the command line that follows it as its own.
        StartPlain(arguments[0].StartsWith('[') ? arguments : [.. arguments, "--state", state]);

    /// <summary>Starts a command exactly as it is given.</summary>
    public R1Process StartPlain(params string[] line) => Start(Executable, line);

    /// <summary>Starts a program of the product in the environment of these tests.</summary>
    public R1Process Start(string program, string[] line, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, line) { WorkingDirectory = Root, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["NO_COLOR"] = "1";
        foreach (string name in new[] { "R1_STATE", "R1_SERVER", "R1_DAEMON", "R1_WORKER", "R1_DATABASE", "R1_DATABASE_FILE", "R1_FAULT" }) start.Environment.Remove(name);
        if (Worker is not null) start.Environment["R1_WORKER"] = Worker;
        if (Database is not null) start.Environment["R1_DATABASE"] = Database;
        if (Faults is not null) start.Environment["R1_FAULT"] = Faults;
        if (RewardFault is not null) start.Environment["R1_REWARD_FAULT"] = RewardFault;
        foreach ((string name, string value) in environment) start.Environment[name] = value;

        // Slot locks lie in the temporary folder: a run of the developer's own must not hold up the tests, nor they it.
        start.Environment["TMPDIR"] = Path.GetDirectoryName(state);
        return new R1Process(Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start"));
    }

    /// <summary>Runs a command to its end.</summary>
    public async Task<Ended> RunAsync(params string[] arguments)
    {
        await using R1Process process = Start(arguments);
        return await process.WaitAsync(Watchdog);
    }

    /// <summary>Runs a command exactly as it is given to its end.</summary>
    public async Task<Ended> RunPlainAsync(params string[] line)
    {
        await using R1Process process = StartPlain(line);
        return await process.WaitAsync(Watchdog);
    }

    /// <summary>Runs a command that must end with 0.</summary>
    public async Task<Ended> SucceedAsync(params string[] arguments)
    {
        Ended ended = await RunAsync(arguments);
        Assert.True(ended.ExitCode == 0, $"r1 {string.Join(' ', arguments)} ended with {ended.ExitCode}\n{ended.Output}\n{ended.Error}");
        return ended;
    }

    /// <summary>The lines of a command's <c>--json</c> output.</summary>
    public async Task<IReadOnlyList<JsonElement>> JsonAsync(params string[] arguments)
    {
        Ended ended = await SucceedAsync([.. arguments, "--json"]);
        return [.. ended.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    /// <summary>The newest run's id.</summary>
    public async Task<string> NewestRunAsync() => (await JsonAsync("runs"))[^1].GetProperty("run").GetString()!;

    /// <summary>The status of a run, else of the newest.</summary>
    public async Task<JsonElement> StatusAsync(string? run = null) => Assert.Single(await JsonAsync("status", run ?? await NewestRunAsync()));

    /// <summary>Hash of every stage's output, by stage.</summary>
    public async Task<IReadOnlyDictionary<string, string>> HashesAsync(string? run = null) => (await StatusAsync(run)).GetProperty("stages").EnumerateArray()
        .ToDictionary(stage => stage.GetProperty("name").GetString()!, stage => stage.GetProperty("artifact").GetProperty("sha256").GetString()!);

    /// <summary>A stage of the newest run's status.</summary>
    public async Task<JsonElement> StageAsync(string name) =>
        (await StatusAsync()).GetProperty("stages").EnumerateArray().Single(stage => stage.GetProperty("name").GetString() == name);

    /// <summary>Waits until an attempt of the stage was started, as the request in the state folder shows; false when the process ended before.</summary>
    public async Task<bool> WaitForAttemptAsync(R1Process process, string stage, int attempt = 1) =>
        await process.WaitForAsync(() => AttemptFiles(stage, attempt, "request.json").Any(), Watchdog);

    /// <summary>Waits until a checkpoint of the stage is committed: a second one is on disk, which the worker begins only then. False when the process ended before.</summary>
    public async Task<bool> WaitForCheckpointAsync(R1Process process, string stage) =>
        await process.WaitForAsync(() => Checkpoints(stage).Count() > 1, Watchdog);

    /// <summary>Complete checkpoints of a stage, oldest first.</summary>
    public IEnumerable<string> Checkpoints(string stage) => StageFolders(stage)
        .Select(folder => Path.Combine(folder, "checkpoints"))
        .Where(Directory.Exists)
        .SelectMany(Directory.GetDirectories)
        .Where(folder => Path.GetFileName(folder).StartsWith("step-", StringComparison.Ordinal) && File.Exists(Path.Combine(folder, "manifest.json")))
        .Order(StringComparer.Ordinal);

    /// <summary>Files of that name in an attempt's folder, of any run.</summary>
    public IEnumerable<string> AttemptFiles(string stage, int attempt, string name) => StageFolders(stage)
        .Select(folder => Path.Combine(folder, "attempts", attempt.ToString(), name))
        .Where(File.Exists);

    private IEnumerable<string> StageFolders(string stage)
    {
        string runs = Path.Combine(state, "runs");
        return Directory.Exists(runs) ? Directory.GetDirectories(runs).Select(run => Path.Combine(run, "stages", stage)).Where(Directory.Exists) : [];
    }

    private static string FindRoot()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "R1Pipeline.sln"))) return folder;
        }
        throw new DirectoryNotFoundException("no R1Pipeline.sln above " + AppContext.BaseDirectory);
    }
}
