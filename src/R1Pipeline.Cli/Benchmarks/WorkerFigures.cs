using System.Diagnostics;
using System.Text.Json;
using R1Pipeline.Cli.Running;
using R1Pipeline.Contracts;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Workers;

namespace R1Pipeline.Cli.Benchmarks;

/// <summary>What a worker measures of itself, in a process of its own.</summary>
internal static class WorkerFigures
{
    /// <summary>Runs a measurement to its end and reads what it found.</summary>
    /// <typeparam name="T">The figures, which the worker writes as JSON to its standard output.</typeparam>
    /// <exception cref="RunRefusedException">The worker could not; its words went to standard error.</exception>
    /// <exception cref="OperationCanceledException">Stopped; the worker is ended.</exception>
    public static async Task<T> MeasureAsync<T>(CancellationToken stop, params string[] arguments)
    {
        WorkerCommand worker = WorkerLocator.Find(Environment.GetEnvironmentVariable(RunSession.WorkerVariable));
        ProcessStartInfo start = worker.Start(arguments);
        start.RedirectStandardOutput = true;
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{worker.FileName} did not start");
        await using CancellationTokenRegistration ended = stop.Register(process.Kill);
        string output = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        stop.ThrowIfCancellationRequested();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<T>(output, ContractJson.Compact)!
            : throw new RunRefusedException($"the worker ended with {process.ExitCode}; its words stand above");
    }
}
