using System.Diagnostics;
using System.Text.Json;
using R1Pipeline.Orchestration;

namespace R1Pipeline.Cli.Benchmarks;

/// <summary>
/// Runs one small chain of real stages twice, one stage at a time, the second time with more work in its first stage. What a run takes beyond the life of its
/// workers is paid once a run and once a stage, whatever the length (both runs' figures are shown, so that one can see it), and is held against an hour of
/// work. What the orchestrator computes beside its workers grows with their time: by the difference between the two runs, carried to an hour.
/// </summary>
internal sealed class OrchestrationBenchmark(TimeProvider time)
{
    private const double SecondsPerStage = 2;
    private const double ShareOfHour = 0.01;
    private const int ShortRows = 160;
    private const int LongRows = 16_000;
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan SampleTime = TimeSpan.FromMilliseconds(20);

    private readonly string _executable = BuiltCommand.Find();

    public async Task<OrchestrationFigure> MeasureAsync(CancellationToken stop)
    {
        string folder = Directory.CreateTempSubdirectory("r1-bench-").FullName;
        try
        {
            Measured brief = await RunAsync(folder, "short", ShortRows, stop), lengthy = await RunAsync(folder, "long", LongRows, stop);
            double outside = Math.Max(brief.Outside.TotalSeconds, lengthy.Outside.TotalSeconds);
            double beside = Math.Max(0, (lengthy.Processor - brief.Processor) / (lengthy.Workers - brief.Workers)) * Hour.TotalSeconds;
            return new OrchestrationFigure(
                brief.NumStages,
                [brief.Workers.TotalSeconds, lengthy.Workers.TotalSeconds],
                [brief.Outside.TotalSeconds, lengthy.Outside.TotalSeconds],
                outside / brief.NumStages,
                SecondsPerStage,
                beside,
                outside / (outside + Hour.TotalSeconds),
                ShareOfHour);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<Measured> RunAsync(string folder, string name, int rows, CancellationToken stop)
    {
        string file = Path.Combine(folder, $"{name}.yaml");
        await File.WriteAllTextAsync(file, Pipeline(rows), stop);
        var start = new ProcessStartInfo(_executable, ["run", file, "--slots", "1", "--state", Path.Combine(folder, name), "--json"]) { RedirectStandardOutput = true, RedirectStandardError = true };

        // Slot locks of its own: another run on this machine must not be waited for.
        start.Environment["TMPDIR"] = folder;
        long begin = time.GetTimestamp();
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{_executable} did not start");
        Task<string> output = process.StandardOutput.ReadToEndAsync(stop), messages = process.StandardError.ReadToEndAsync(stop);
        TimeSpan processor = await ProcessorTimeAsync(process, stop);
        TimeSpan whole = time.GetElapsedTime(begin);
        if (process.ExitCode != ExitCode.Done) throw new RunRefusedException($"the benchmark's run ended with {process.ExitCode}: {await messages}");

        using JsonDocument status = JsonDocument.Parse(await output);
        double[] workers = [.. status.RootElement.GetProperty("stages").EnumerateArray().Select(stage => stage.GetProperty("wall_seconds").GetDouble())];
        return new Measured(workers.Length, TimeSpan.FromSeconds(workers.Sum()), whole - TimeSpan.FromSeconds(workers.Sum()), processor);
    }

    /// <summary>Waits for the end. The processor time is the last that was seen: a process that is gone has none to show.</summary>
    private static async Task<TimeSpan> ProcessorTimeAsync(Process process, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(SampleTime, TimeProvider.System);
        Task exit = process.WaitForExitAsync(stop);
        var seen = TimeSpan.Zero;
        while (!exit.IsCompleted)
        {
            try
            {
                process.Refresh();
                seen = process.TotalProcessorTime;
            }
            catch (InvalidOperationException)
            {
                // It ended between the question and the answer: the last one stands.
            }
            await Task.WhenAny(exit, timer.WaitForNextTickAsync(stop).AsTask());
        }
        await exit;
        return seen;
    }

    private static string Pipeline(int rows) => $$"""
        name: orchestration-benchmark
        seed: 1
        data:
          corpus:   { generate: addition, split: corpus, rows: {{rows}} }
          worked:   { generate: addition, split: worked, rows: 32 }
          problems: { generate: addition, split: problems, rows: 32 }
          held-out: { generate: addition, split: held-out, rows: 8 }
        stages:
          base:
            uses: pretraining
            data: [corpus]
            with: { tokenizer: addition, batch-size: 16, warmup-steps: 5, model: { hidden-size: 64, num-layers: 2, intermediate-size: 128 } }
          cold-start:
            uses: cold-start
            model: base
            data: [worked]
            with: { epochs: 1, batch-size: 16, warmup-steps: 1 }
          reasoning-rl:
            uses: reasoning-rl
            model: cold-start
            data: [problems]
            with: { iterations: 2, questions: 2, group-size: 4, minibatches: 1, max-new-tokens: 16 }
          report:
            uses: evaluation
            models: [base, reasoning-rl]
            tasks: { held-out: { data: held-out, max-new-tokens: 16 } }
        """;

    private sealed record Measured(int NumStages, TimeSpan Workers, TimeSpan Outside, TimeSpan Processor);
}
