using System.Diagnostics;
using System.Text;

namespace R1Pipeline.Rewards.Sandboxing;

/// <summary>
/// A confined program that runs. Started, waited for and disposed on one thread: bubblewrap dies with the thread that started it.
/// Disposing ends every process that came from it.
/// </summary>
internal sealed class SandboxedProcess : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100), Grace = TimeSpan.FromSeconds(5);

    // What r1-jail writes before it becomes the program (Confinement.Started).
    private static readonly byte[] Mark = "r1-jail: started\n"u8.ToArray();
    private readonly Process _process;
    private readonly Sandbox _sandbox;
    private readonly SandboxOrder _order;
    private readonly SandboxSlot? _slot;
    private readonly string? _work;
    private readonly AdoptedOrphans? _orphans;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly TaskCompletionSource _over = new();
    private long _written;
    private int _ended;
    private bool _swept;
    private byte[]? _errors;

    public SandboxedProcess(Sandbox sandbox, SandboxOrder order, SandboxSlot? slot, string? work, ProcessStartInfo start)
    {
        (_sandbox, _order, _slot, _work) = (sandbox, order, slot, work);

        // In bubblewrap the kernel ends the orphans; unconfined they may leave their group.
        _orphans = sandbox.Kind == SandboxKind.Jail ? new AdoptedOrphans() : null;
        try
        {
            _process = Process.Start(start)!;
        }
        catch
        {
            _orphans?.Dispose();
            throw;
        }
    }

    /// <summary>Why it was ended.</summary>
    public SandboxEnd End => (SandboxEnd)Volatile.Read(ref _ended);

    /// <summary>Exit code, 128 + signal where one ended it.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Since its start.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    public Stream Input => _process.StandardInput.BaseStream;

    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>Reads a stream to its end; what is over the limit ends the program. A process that escaped an unconfined one may keep the stream open: that is waited for no longer than a moment.</summary>
    public async Task<byte[]> Collect(bool errors)
    {
        var kept = new MemoryStream();
        if (errors) Interlocked.Add(ref _written, -Mark.Length);
        await Task.WhenAny(Task.Factory.StartNew(() => Read(errors ? _process.StandardError.BaseStream : Output, kept), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default), _over.Task).ConfigureAwait(false);
        byte[] all;
        lock (kept) all = kept.ToArray();
        if (!errors) return all;
        _errors = all;
        return all.AsSpan().StartsWith(Mark) ? all[Mark.Length..] : all;
    }

    /// <summary>Tells a program that ended badly from one that never ran. Only once its errors were collected to the end.</summary>
    /// <exception cref="IOException">The sandbox ended before the program began.</exception>
    public void DemandStarted()
    {
        if (_errors!.AsSpan().StartsWith(Mark)) return;
        string said = Encoding.UTF8.GetString(_errors!).Trim().Split('\n')[0];
        throw new IOException($"the sandbox did not start the program: {(said.Length > 0 ? said : End == SandboxEnd.Itself ? $"it ended with {ExitCode}" : $"ended after {Elapsed.TotalSeconds:0.#} s")}");
    }

    /// <summary>Waits until it ends or is ended for time or memory.</summary>
    /// <param name="patience">From its start on.</param>
    public void Wait(TimeSpan patience)
    {
        while (!_process.WaitForExit(Shorter(patience - _clock.Elapsed)))
        {
            if (_clock.Elapsed >= patience) Stop(SandboxEnd.Time);
            else if (ProcessTree.ResidentBytes(_process.Id, _slot?.User) > _order.MemoryBytes) Stop(SandboxEnd.Memory);
        }
        Sweep();
        _ = Task.Delay(Grace).ContinueWith(_ => _over.TrySetResult(), TaskScheduler.Default);
    }

    /// <summary>Ends it; the first reason stands. What came from it ends with the wait or the disposal that follows.</summary>
    public void Stop(SandboxEnd why)
    {
        Interlocked.CompareExchange(ref _ended, (int)why, (int)SandboxEnd.Itself);
        _process.Kill();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }
        Sweep();
        _process.Dispose();
        _slot?.Dispose();
        if (_work is not null) Directory.Delete(_work, recursive: true);
    }

    private static TimeSpan Shorter(TimeSpan rest) => rest < TimeSpan.Zero ? TimeSpan.Zero : rest < Look ? rest : Look;

    // Once it ended nothing new can come from it.
    private void Sweep()
    {
        if (_swept) return;
        _sandbox.Sweep(_slot, _process.Id, _work);
        if (_orphans is not null) AdoptedOrphans.SeeOff(_process.Id);
        _orphans?.Dispose();
        _swept = true;
    }

    private void Read(Stream stream, MemoryStream kept)
    {
        byte[] buffer = new byte[16384];
        try
        {
            while (stream.Read(buffer) is > 0 and var count)
            {
                if (Interlocked.Add(ref _written, count) > _order.OutputBytes)
                {
                    Stop(SandboxEnd.Output);
                    break;
                }
                lock (kept) kept.Write(buffer, 0, count);
            }
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The program's end closed it: what came before counts.
        }
    }
}
