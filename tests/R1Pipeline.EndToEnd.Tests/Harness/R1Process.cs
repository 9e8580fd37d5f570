using System.Diagnostics;
using System.Runtime.InteropServices;

namespace R1Pipeline.EndToEnd.Tests.Harness;

/// <summary>A started <c>r1</c>. Whatever happens to the test, nothing of it is left running.</summary>
internal sealed partial class R1Process : IAsyncDisposable
{
    private const int SigTerm = 15, SigKill = 9;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    public R1Process(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Processes that it started and that live.</summary>
    public IReadOnlyList<int> Children
    {
        get
        {
            try
            {
                // Of every thread: the kernel lists a child under the thread that forked it.
                return [.. Directory.GetDirectories($"/proc/{Id}/task").SelectMany(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(int.Parse)];
            }
            catch (IOException)
            {
                return [];
            }
        }
    }

    /// <summary>Whether a process lives (a zombie does not).</summary>
    public static bool Lives(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Waits for its end.</summary>
    public async Task<Ended> WaitAsync(TimeSpan watchdog)
    {
        using var timeout = new CancellationTokenSource(watchdog);
        await _process.WaitForExitAsync(timeout.Token);
        return new Ended(_process.ExitCode, await _output, await _error);
    }

    /// <summary>Waits for a condition; false when the process ended without it.</summary>
    public async Task<bool> WaitForAsync(Func<bool> condition, TimeSpan watchdog)
    {
        using var timeout = new CancellationTokenSource(watchdog);
        while (!condition())
        {
            if (HasExited) return condition();
            await Task.Delay(Poll, timeout.Token);
        }
        return true;
    }

    /// <summary>Asks it to stop, as Ctrl-C does too, which a process started in the background of a script ignores.</summary>
    public void Terminate() => Send(Id, SigTerm);

    /// <summary>Kills it alone; its workers must find out by themselves.</summary>
    public void KillAlone() => Send(Id, SigKill);

    /// <summary>Kills another process.</summary>
    public static void Kill(int process) => Send(process, SigKill);

    /// <summary>Kills it with all that it started.</summary>
    public async Task KillTreeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillTreeAsync();
        _process.Dispose();
    }

    private static void Send(int process, int signal)
    {
        if (Kill(process, signal) != 0) throw new InvalidOperationException($"kill({process}, {signal}) failed: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
