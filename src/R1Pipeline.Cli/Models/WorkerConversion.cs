using System.Diagnostics;
using System.Globalization;
using R1Pipeline.Cli.Running;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Workers;

namespace R1Pipeline.Cli.Models;

/// <summary>How weight files are written anew, by the worker in a process of its own.</summary>
/// <param name="Type">float32, bfloat16 or float16.</param>
/// <param name="MaxShardBytes">Largest weight file.</param>
internal sealed record WorkerConversion(string Type, long MaxShardBytes)
{
    /// <summary>The types that can be asked for.</summary>
    public static string[] Types { get; } = ["float32", "bfloat16", "float16"];

    /// <summary>Writes the model in <paramref name="source"/> into the new folder <paramref name="target"/>, whole or not at all.</summary>
    /// <exception cref="RunRefusedException">The worker could not; its words go to standard error.</exception>
    public async Task WriteAsync(string source, string target, CancellationToken stop)
    {
        string partial = Directory.CreateDirectory($"{target}.{Guid.NewGuid():N}").FullName;
        try
        {
            WorkerCommand worker = WorkerLocator.Find(Environment.GetEnvironmentVariable(RunSession.WorkerVariable));
            string bytes = MaxShardBytes.ToString(CultureInfo.InvariantCulture);
            using Process process = Process.Start(worker.Start("--export-model", source, partial, Type, bytes)) ?? throw new InvalidOperationException($"{worker.FileName} did not start");
            await using CancellationTokenRegistration ended = stop.Register(process.Kill);
            await process.WaitForExitAsync(CancellationToken.None);
            stop.ThrowIfCancellationRequested();
            if (process.ExitCode != WorkerExitCode.Done) throw new RunRefusedException($"the worker ended with {process.ExitCode}; its words stand above");
            if (Directory.Exists(target)) Directory.Delete(target);
            Directory.Move(partial, target);
        }
        finally
        {
            if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
        }
    }
}
