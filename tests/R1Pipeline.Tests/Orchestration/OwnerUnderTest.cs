using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Definition.Resolved;
using R1Pipeline.Tests.StageHost;

namespace R1Pipeline.Tests.Orchestration;

/// <summary>A real process that owns a run: the engine in the test worker's executable. A test stops and kills it; nothing of it is left running.</summary>
internal sealed partial class OwnerUnderTest : IAsyncDisposable
{
    public const int SigKill = 9, SigCont = 18, SigStop = 19;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _said = [];
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly Task _reading;

    private OwnerUnderTest(Process process)
    {
        _process = process;
        _reading = Task.Run(Read);
    }

    /// <summary>What it said so far: <c>start a 1</c>, <c>done a</c>, <c>waits a</c>, …</summary>
    public IReadOnlyList<string> Said => [.. _said];

    public int Id => _process.Id;

    /// <summary>Starts it.</summary>
    /// <param name="lab">State folder and slots.</param>
    /// <param name="definition">What it runs.</param>
    /// <param name="priority">The run's priority.</param>
    /// <param name="preempt">Whether it asks for slots that others hold.</param>
    /// <param name="leaseSeconds">Silence after which a lease is lost.</param>
    /// <param name="fault">Value of <c>R1_FAULT</c>.</param>
    /// <param name="slots">Folder of its slots; null: the lab's. As another machine it has slots of its own.</param>
    public static OwnerUnderTest Start(RunLab lab, PipelineDefinition definition, int priority = 0, bool preempt = false, double leaseSeconds = 30, string? fault = null, string? slots = null)
    {
        string path = Path.Combine(lab.Options.SlotsDirectory!, $"owner-{Guid.NewGuid():N}.json");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var settings = new
        {
            lab.State,
            lab.Database,
            Slots = slots ?? lab.Options.SlotsDirectory,
            NumSlots = 1,
            LeaseSeconds = leaseSeconds,
            Priority = priority,
            Preempt = preempt,
            Definition = ResolvedDefinition.Write(definition, new Dictionary<string, string>()),
        };
        File.WriteAllText(path, JsonSerializer.Serialize(settings, ContractJson.Compact));
        var start = new ProcessStartInfo(WorkerUnderTest.Executable, ["--run", path]) { RedirectStandardOutput = true };
        start.Environment["R1_FAULT"] = fault;
        return new OwnerUnderTest(Process.Start(start)!);
    }

    /// <summary>Waits until it says a line that begins so, after the first <paramref name="after"/> lines.</summary>
    public async Task<string> WaitForAsync(string beginning, int after = 0)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            if (_said.Skip(after).FirstOrDefault(line => line.StartsWith(beginning, StringComparison.Ordinal)) is { } line) return line;
            Assert.False(_reading.IsCompleted && _arrived.CurrentCount == 0, $"it ended without '{beginning}': {string.Join("; ", Said)}");
            await _arrived.WaitAsync(TimeSpan.FromMilliseconds(100), patience.Token);
        }
    }

    public void Signal(int signal) => Assert.Equal(0, Kill(_process.Id, signal));

    /// <summary>Signals any process, if it still lives.</summary>
    public static void TrySignal(int process, int signal) => _ = Kill(process, signal);

    /// <summary>Waits for its end; returns the exit code, 128 + signal when killed.</summary>
    public async Task<int> EndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        await _reading;
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _arrived.Dispose();
    }

    private void Read()
    {
        while (_process.StandardOutput.ReadLine() is { } line)
        {
            _said.Enqueue(line);
            _arrived.Release();
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
