using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using R1Pipeline.Artifacts;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Tests.StageHost;

/// <summary>A real worker process and its owner's side of the channel, for one attempt of a counting stage.</summary>
internal sealed partial class WorkerUnderTest : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Func<WorkerMessage, OwnerMessage?> _answer;
    private readonly ConcurrentQueue<WorkerMessage> _messages = [];
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly Lock _writing = new();
    private readonly Task _reading;
    private readonly Task<string> _standardError;

    private WorkerUnderTest(Process process, Func<WorkerMessage, OwnerMessage?> answer)
    {
        (_process, _answer) = (process, answer);
        _standardError = process.StandardError.ReadToEndAsync();
        _reading = Task.Run(Read);
    }

    /// <summary>The test worker, in the output folder beside this project's.</summary>
    public static string Executable { get; } = Path.GetFullPath(
        Path.Combine(AppContext.BaseDirectory.Replace("R1Pipeline.Tests", "R1Pipeline.TestWorker", StringComparison.Ordinal), OperatingSystem.IsWindows() ? "r1-test-worker.exe" : "r1-test-worker"));

    public IReadOnlyList<WorkerMessage> Messages => [.. _messages];

    public IReadOnlyList<CheckpointRef> Checkpoints => [.. Messages.OfType<CheckpointMessage>().Select(message => message.Checkpoint).Reverse()];

    public StageReport Report => Assert.Single(Messages.OfType<ReportMessage>()).Report;

    public int ProcessId => _process.Id;

    /// <summary>A request for the counting stage; <paramref name="plan"/> as in the test worker's CountingPlan.</summary>
    public static StageRequest Request(string folder, string plan, int attempt = 1, IReadOnlyList<CheckpointRef>? checkpoints = null, int every = 3, int keep = 2, TimeSpan? lease = null)
    {
        string stageDirectory = new RunDirectory(folder, "run-1").Stage("tokens");
        var options = new TrainTokenizerOptions { EosToken = plan, CheckpointEverySteps = every, KeepCheckpoints = keep };
        return new StageRequest
        {
            Run = "run-1",
            Stage = "tokens",
            Uses = "train-tokenizer",
            Attempt = attempt,
            Token = attempt,
            Key = "key",
            Seed = 1,
            Options = JsonSerializer.SerializeToElement(options, ContractJson.Compact),
            Checkpoints = checkpoints ?? [],
            StageDirectory = stageDirectory,
            AttemptDirectory = new RunDirectory(folder, "run-1").Attempt("tokens", attempt),
            ArtifactsDirectory = RunDirectory.ArtifactsOf(folder),
            LeaseLifetime = lease ?? TimeSpan.FromMinutes(1),
        };
    }

    /// <summary>Starts the worker, under <paramref name="tracer"/> if given. Without <paramref name="answer"/> every message is acknowledged; null from it: silence.</summary>
    public static WorkerUnderTest Start(StageRequest request, Func<WorkerMessage, OwnerMessage?>? answer = null, string? fault = null, IReadOnlyList<string>? tracer = null)
    {
        string[] command = [.. tracer ?? [], Executable, Save(request)];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["R1_FAULT"] = fault;
        return new WorkerUnderTest(Process.Start(start)!, answer ?? Acknowledge);
    }

    public static string Save(StageRequest request)
    {
        string path = RunDirectory.RequestOf(request.AttemptDirectory);
        AtomicFile.WriteAllText(path, JsonSerializer.Serialize(request, ContractJson.Indented));
        return path;
    }

    public static OwnerMessage Acknowledge(WorkerMessage message) => new AcknowledgedMessage { Sequence = message.Sequence };

    public static string LogOf(StageRequest request) => File.ReadAllText(RunDirectory.LogOf(request.AttemptDirectory));

    public void Send(OwnerMessage message)
    {
        lock (_writing)
        {
            try
            {
                _process.StandardInput.WriteLine(JsonSerializer.Serialize(message, ContractJson.Compact));
                _process.StandardInput.Flush();
            }
            catch (IOException)
            {
                Assert.True(_process.WaitForExit(Patience)); // it is gone already, and the test looks at how
            }
        }
    }

    /// <summary>What the worker sees when its owner dies.</summary>
    public void CloseInput()
    {
        lock (_writing) _process.StandardInput.Close();
    }

    public void Signal(int signal) => Assert.Equal(0, Kill(_process.Id, signal));

    /// <summary>Waits for a message.</summary>
    public async Task<T> WaitFor<T>(Func<T, bool>? condition = null) where T : WorkerMessage
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            if (_messages.OfType<T>().FirstOrDefault(condition ?? (_ => true)) is { } found) return found;
            await _arrived.WaitAsync(patience.Token);
        }
    }

    /// <summary>Waits for the end: exit code (128 + signal when killed) and what was printed to standard error.</summary>
    public async Task<(int Code, string StandardError)> End()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        await _reading;
        return (_process.ExitCode, await _standardError);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
        _arrived.Dispose();
    }

    private void Read()
    {
        while (_process.StandardOutput.ReadLine() is { } line)
        {
            WorkerMessage message = JsonSerializer.Deserialize<WorkerMessage>(line, ContractJson.Compact)!;
            _messages.Enqueue(message);
            if (_answer(message) is { } answer) Send(answer);
            _arrived.Release();
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
