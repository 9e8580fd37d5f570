using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace R1Pipeline.Benchmarks;

/// <summary>Runs the built <c>r1</c> in one state folder. Knows only the command line and its <c>--json</c> contracts.</summary>
/// <param name="state">The state folder.</param>
/// <param name="worker">Worker executable; null: the built one.</param>
internal sealed class R1Command(string state, string? worker = null)
{
    /// <summary>Root of the repository.</summary>
    public static string Root { get; } = FindRoot();

    private static string Executable { get; } = Path.Combine(
        Root, "src", "R1Pipeline.Cli", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "r1");

    /// <summary>The worker of the tests, whose stages only count: it starts at once.</summary>
    public static string CountingWorker { get; } = Path.Combine(
        Root, "tests", "R1Pipeline.TestWorker", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "r1-test-worker");

    /// <summary>The state folder.</summary>
    public string State => state;

    /// <summary>Starts <c>r1</c>; its progress goes to this terminal's standard error.</summary>
    public Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Executable) { WorkingDirectory = Root, RedirectStandardOutput = true };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        start.ArgumentList.Add("--state");
        start.ArgumentList.Add(state);
        return Process.Start(start) ?? throw new InvalidOperationException($"{Executable} did not start");
    }

    /// <summary>Runs to the end with faults (<c>R1_FAULT</c>), in silence; what it printed and said is returned.</summary>
    public async Task<(int ExitCode, string Output)> RunAsync(string faults, string[] arguments)
    {
        var start = new ProcessStartInfo(Executable, [.. arguments, "--state", state]) { WorkingDirectory = Root, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["R1_FAULT"] = faults;

        // Slot locks lie in the temporary folder: a run beside this one must not hold it up.
        string temporary = Path.GetDirectoryName(state)!;
        Directory.CreateDirectory(temporary);
        start.Environment["TMPDIR"] = temporary;
        if (worker is not null) start.Environment["R1_WORKER"] = worker;
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{Executable} did not start");
        Task<string> messages = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await messages);
    }

    /// <summary>As <see cref="RunAsync(string, string[])"/>; anything but 0 is an error.</summary>
    public async Task SucceedAsync(string faults, string[] arguments)
    {
        (int code, string output) = await RunAsync(faults, arguments);
        if (code != 0) throw new InvalidOperationException($"r1 {string.Join(' ', arguments)} ended with {code}:\n{output}");
    }

    /// <summary>Runs to the end, which must be a good one, and returns what was printed.</summary>
    public async Task<string> SucceedAsync(params string[] arguments)
    {
        (int code, string output) = await RunAsync(arguments);
        return code == 0 ? output : throw new InvalidOperationException($"r1 {string.Join(' ', arguments)} ended with {code}:\n{output}");
    }

    /// <summary>Id of a pipeline's oldest run.</summary>
    public async Task<string> OldestRunAsync(string pipeline) => (await SucceedAsync("runs", "--json")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => JsonDocument.Parse(line).RootElement)
        .First(run => run.GetProperty("pipeline").GetString() == pipeline)
        .GetProperty("run").GetString()!;

    /// <summary>Runs to the end and returns the exit code and what was printed.</summary>
    public async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        using Process process = Start(arguments);
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }

    /// <summary>Id of the newest run.</summary>
    public async Task<string> NewestRunAsync()
    {
        (_, string output) = await RunAsync("runs", "--json");
        string newest = output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        return JsonDocument.Parse(newest).RootElement.GetProperty("run").GetString()!;
    }

    /// <summary><c>status RUN --json</c>.</summary>
    public async Task<JsonElement> StatusAsync(string run)
    {
        (_, string output) = await RunAsync("status", run, "--json");
        return JsonDocument.Parse(output).RootElement;
    }

    private static string FindRoot([CallerFilePath] string source = "")
    {
        for (string? folder = Path.GetDirectoryName(source); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "R1Pipeline.sln"))) return folder;
        }

        throw new InvalidOperationException("R1Pipeline.sln is not above the benchmark's source: run it from a checkout");
    }
}
