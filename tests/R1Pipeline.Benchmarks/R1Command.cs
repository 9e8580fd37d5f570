using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace R1Pipeline.Benchmarks;

/// <summary>Runs the built <c>r1</c> in one state folder. Knows only the command line and its <c>--json</c> contracts.</summary>
internal sealed class R1Command(string state)
{
    /// <summary>Root of the repository.</summary>
    public static string Root { get; } = FindRoot();

    private static string Executable { get; } = Path.Combine(
        Root, "src", "R1Pipeline.Cli", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "r1");

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
