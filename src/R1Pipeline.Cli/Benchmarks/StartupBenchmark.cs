using System.Diagnostics;
using R1Pipeline.Orchestration;

namespace R1Pipeline.Cli.Benchmarks;

/// <summary>
/// Starts this very executable as a user would, in a state folder of its own, and measures the time to its end, or for <c>run</c> to its first line
/// of progress, after which the run is stopped. The files that each process maps are read from <c>/proc</c> while it lives.
/// </summary>
internal sealed class StartupBenchmark(TimeProvider time)
{
    private const int Repetitions = 5;
    private const string Pipeline = "pipelines/one-minute.yaml";

    private readonly string _executable = BuiltCommand.Find();
    private readonly string _pipeline = FindPipeline();

    public async Task<IReadOnlyList<StartupFigure>> MeasureAsync(CancellationToken stop)
    {
        string state = Directory.CreateTempSubdirectory("r1-bench-").FullName;
        try
        {
            // The run comes first: status then has something to show.
            return
            [
                await MeasureAsync("run", limitSeconds: 2, ["run", _pipeline, "--state", state, "--no-color"], untilFirstLine: true, stop),
                await MeasureAsync("--help", limitSeconds: 1, ["--help"], untilFirstLine: false, stop),
                await MeasureAsync("status", limitSeconds: 1, ["status", "--state", state], untilFirstLine: false, stop),
                await MeasureAsync("validate", limitSeconds: 1, ["validate", _pipeline], untilFirstLine: false, stop),
            ];
        }
        finally
        {
            Directory.Delete(state, recursive: true);
        }
    }

    private async Task<StartupFigure> MeasureAsync(string name, double limitSeconds, string[] arguments, bool untilFirstLine, CancellationToken stop)
    {
        var seconds = new List<double>();
        bool loadsTorch = false;
        for (int repetition = 0; repetition <= Repetitions; repetition++)
        {
            (double elapsed, bool torch) = await OnceAsync(arguments, untilFirstLine, stop);
            loadsTorch |= torch;
            if (repetition > 0) seconds.Add(elapsed);
        }
        return new StartupFigure(name, seconds.Order().ElementAt(Repetitions / 2), limitSeconds, seconds, loadsTorch);
    }

    private async Task<(double Seconds, bool LoadsTorch)> OnceAsync(string[] arguments, bool untilFirstLine, CancellationToken stop)
    {
        var start = new ProcessStartInfo(_executable, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        long begin = time.GetTimestamp();
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{_executable} did not start");
        Task<string> output = process.StandardOutput.ReadToEndAsync(stop);
        if (!untilFirstLine)
        {
            Task<string> messages = process.StandardError.ReadToEndAsync(stop);
            bool mapped = await WatchMapsAsync(process, stop);
            double elapsed = time.GetElapsedTime(begin).TotalSeconds;
            if (process.ExitCode != ExitCode.Done) throw new RunRefusedException($"r1 {string.Join(' ', arguments)} ended with {process.ExitCode}: {await messages}");
            _ = await output;
            return (elapsed, mapped);
        }

        string? line = await process.StandardError.ReadLineAsync(stop);
        double first = time.GetElapsedTime(begin).TotalSeconds;
        bool torch = MapsTorch(process.Id);
        if (line?.StartsWith("run ", StringComparison.Ordinal) != true) throw new RunRefusedException($"the first line of r1 run was not its progress: {line}");
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(stop);
        _ = await output;
        return (first, torch);
    }

    private static async Task<bool> WatchMapsAsync(Process process, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        Task exit = process.WaitForExitAsync(stop);
        bool torch = false;
        while (!exit.IsCompleted)
        {
            torch |= MapsTorch(process.Id);
            await Task.WhenAny(exit, timer.WaitForNextTickAsync(stop).AsTask());
        }
        await exit;
        return torch;
    }

    private static bool MapsTorch(int processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/maps").Contains("libtorch", StringComparison.OrdinalIgnoreCase);
        }
        catch (IOException)
        {
            // The process has ended, or this system has no /proc: nothing was seen.
            return false;
        }
    }

    private static string FindPipeline()
    {
        for (string? folder = Directory.GetCurrentDirectory(); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            string path = Path.Combine(folder, Pipeline);
            if (File.Exists(path)) return path;
        }
        throw new RunRefusedException($"there is no {Pipeline} here or in a folder above: start the benchmark in the repository", ExitCode.EnvironmentLacks);
    }
}
