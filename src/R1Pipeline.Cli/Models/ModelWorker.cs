using System.Diagnostics;
using System.Text.Json;
using R1Pipeline.Cli.Running;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Workers;

namespace R1Pipeline.Cli.Models;

/// <summary>Has the worker, which carries libtorch, compute something with a model folder. Its output and its words are this command's.</summary>
internal static class ModelWorker
{
    /// <summary>Runs it to its end.</summary>
    /// <param name="argument">Which work.</param>
    /// <param name="request">The request, sent as JSON.</param>
    /// <param name="input">Text for its standard input; null: it gets this command's.</param>
    /// <returns>Exit code; the worker ends with this command when a signal asks for it.</returns>
    /// <exception cref="RunRefusedException">There is no worker.</exception>
    public static async Task<int> RunAsync<T>(string argument, T request, string? input)
    {
        WorkerCommand worker = WorkerLocator.Find(Environment.GetEnvironmentVariable(RunSession.WorkerVariable));
        ProcessStartInfo start = worker.Start(argument, JsonSerializer.Serialize(request, ContractJson.Compact));
        start.RedirectStandardInput = input is not null;
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{worker.FileName} did not start");
        using var signals = new SignalStop(static () => { });
        await using CancellationTokenRegistration ended = signals.Stop.Register(process.Kill);
        if (input is not null)
        {
            try
            {
                await process.StandardInput.WriteAsync(input.AsMemory(), CancellationToken.None);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It ended before it read all of the prompt; its exit code and its words say why.
            }
        }

        await process.WaitForExitAsync(CancellationToken.None);
        if (signals.Stop.IsCancellationRequested) return ExitCode.Interrupted;
        return process.ExitCode switch
        {
            WorkerExitCode.Done => ExitCode.Done,
            WorkerExitCode.UserData => ExitCode.WrongInput,
            _ => ExitCode.Failed,
        };
    }
}
