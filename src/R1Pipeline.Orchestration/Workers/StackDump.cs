using System.ComponentModel;
using System.Diagnostics;
using Serilog;

namespace R1Pipeline.Orchestration.Workers;

/// <summary>
/// Has the stacks of a hung worker written before it is killed, by a second process of the same executable that lives no longer than its patience:
/// a debugger that breaks or gets stuck takes neither this process along nor the time of the kill.
/// </summary>
internal sealed class StackDump(WorkerCommand command, ILogger log, TimeProvider time)
{
    // What r1-worker and every other worker understand; the process id and the file follow.
    private const string Argument = "--stacks";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Writes what can be had to <paramref name="path"/>. Returns whether there is such a file then; never throws for a dump that fails.</summary>
    public async Task<bool> WriteAsync(int worker, string path)
    {
        try
        {
            string said = await RunAsync(worker, path);
            if (said.Length > 0) await File.AppendAllTextAsync(path, $"\nThe process that writes this file said:\n{said}\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception)
        {
            log.Warning(e, "The stacks of process {WorkerPid} cannot be written to {Path}", worker, path);
        }
        return File.Exists(path);
    }

    private async Task<string> RunAsync(int worker, string path)
    {
        var start = new ProcessStartInfo(command.FileName, [.. command.Arguments, Argument, $"{worker}", path])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        WorkerEnvironment.Reduce(start.Environment, threads: 1);
        using var dumper = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            return await dumper.StandardError.ReadToEndAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            dumper.Kill();
            return $"(nothing more within {Patience.TotalSeconds:0} s)";
        }
    }
}
