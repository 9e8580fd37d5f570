using System.Diagnostics;

namespace R1Pipeline.Rewards.Sandboxing;

/// <summary>
/// A confined program that runs. Started, waited for and disposed on one thread: bubblewrap dies with the thread that started it.
/// Disposing ends every process that came from it.
/// </summary>
internal sealed class SandboxedProcess : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private readonly Process process;
    private readonly Sandbox sandbox;
    private readonly SandboxOrder order;
    private readonly SandboxSlot? slot;
    private readonly string? work;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private long written;
    private int ended;

    public SandboxedProcess(Sandbox sandbox, SandboxOrder order, SandboxSlot? slot, string? work, ProcessStartInfo start)
    {
        (this.sandbox, this.order, this.slot, this.work) = (sandbox, order, slot, work);
        process = Process.Start(start)!;
    }

    /// <summary>Why it was ended.</summary>
    public SandboxEnd End => (SandboxEnd)Volatile.Read(ref ended);

    /// <summary>Exit code, 128 + signal where one ended it.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>Since its start.</summary>
    public TimeSpan Elapsed => clock.Elapsed;

    public Stream Input => process.StandardInput.BaseStream;

    public Stream Output => process.StandardOutput.BaseStream;

    /// <summary>Reads a stream to its end; what is over the limit ends the program.</summary>
    public Task<byte[]> Collect(bool errors) => Task.Factory.StartNew(() => Read(errors ? process.StandardError.BaseStream : Output), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Waits until it ends or is ended for time or memory.</summary>
    /// <param name="patience">From its start on.</param>
    public void Wait(TimeSpan patience)
    {
        while (!process.WaitForExit(Shorter(patience - clock.Elapsed)))
        {
            if (clock.Elapsed >= patience) Stop(SandboxEnd.Time);
            else if (ProcessTree.ResidentBytes(process.Id, slot?.User) > order.MemoryBytes) Stop(SandboxEnd.Memory);
        }
        sandbox.Sweep(slot);
    }

    /// <summary>Ends it; the first reason stands.</summary>
    public void Stop(SandboxEnd why)
    {
        Interlocked.CompareExchange(ref ended, (int)why, (int)SandboxEnd.Itself);
        process.Kill();
        sandbox.Sweep(slot);
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }
        sandbox.Sweep(slot);
        process.Dispose();
        slot?.Dispose();
        if (work is not null) Directory.Delete(work, recursive: true);
    }

    private static TimeSpan Shorter(TimeSpan rest) => rest < TimeSpan.Zero ? TimeSpan.Zero : rest < Look ? rest : Look;

    private byte[] Read(Stream stream)
    {
        using var kept = new MemoryStream();
        byte[] buffer = new byte[16384];
        try
        {
            while (stream.Read(buffer) is > 0 and var count)
            {
                if (Interlocked.Add(ref written, count) > order.OutputBytes)
                {
                    Stop(SandboxEnd.Output);
                    break;
                }
                kept.Write(buffer, 0, count);
            }
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The program's end closed it: what came before counts.
        }
        return kept.ToArray();
    }
}
