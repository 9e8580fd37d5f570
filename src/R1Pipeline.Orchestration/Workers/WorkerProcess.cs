using System.Diagnostics;
using System.Text.Json;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Orchestration.Workers;

/// <summary>
/// One worker process and its line protocol: messages from its standard output, answers to its standard input, standard error to a file.
/// Decides nothing. Its death is an end of the messages, never an exception.
/// </summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly FileStream _errors;
    private readonly Task _copyErrors;
    private readonly Lock _writing = new();
    private bool _closed;

    private WorkerProcess(Process process, FileStream errors)
    {
        _process = process;
        _errors = errors;
        _copyErrors = process.StandardError.BaseStream.CopyToAsync(errors);
    }

    /// <summary>Starts a worker.</summary>
    /// <exception cref="RunRefusedException">The executable cannot be started; exit code 4.</exception>
    public static WorkerProcess Start(WorkerCommand command, string requestPath, string errorPath, StageOptions options)
    {
        var start = new ProcessStartInfo(command.FileName)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string argument in command.Arguments) start.ArgumentList.Add(argument);
        start.ArgumentList.Add(requestPath);
        WorkerEnvironment.Reduce(start.Environment, options.Threads, options.PassedVariables());
        var errors = new FileStream(errorPath, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        try
        {
            return new WorkerProcess(Process.Start(start)!, errors);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or FileNotFoundException)
        {
            errors.Dispose();
            throw new RunRefusedException($"the worker {command.FileName} cannot be started: {e.Message}", exitCode: 4);
        }
    }

    /// <summary>Process id.</summary>
    public int Id => _process.Id;

    /// <summary>The worker's next message; null once it closed its output.</summary>
    /// <exception cref="JsonException">It sent a line that is no message.</exception>
    public async Task<WorkerMessage?> ReadAsync()
    {
        string? line = await _process.StandardOutput.ReadLineAsync();
        return line is null ? null : JsonSerializer.Deserialize<WorkerMessage>(line, ContractJson.Compact);
    }

    /// <summary>Sends a message; to a dead worker, nothing happens: its end is read from its output.</summary>
    public void Send(OwnerMessage message)
    {
        string line = JsonSerializer.Serialize(message, ContractJson.Compact);
        lock (_writing)
        {
            if (_closed) return;
            try
            {
                _process.StandardInput.Write(line);
                _process.StandardInput.Write('\n');
                _process.StandardInput.Flush();
            }
            catch (IOException)
            {
                _closed = true;
            }
        }
    }

    /// <summary>Kills the worker and everything that it started.</summary>
    public void Kill()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
    }

    /// <summary>Waits for the end; 128 + the signal's number when a signal ended it.</summary>
    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>Kills what is left and closes the log of standard error.</summary>
    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync();
        // A grandchild could hold the pipe open for longer than anybody wants to wait.
        await Task.WhenAny(_copyErrors, Task.Delay(TimeSpan.FromSeconds(2)));
        lock (_writing) _closed = true;
        _process.Dispose();
        await _errors.DisposeAsync();
    }
}
