using System.Globalization;
using System.Net.Sockets;

namespace R1Pipeline.EndToEnd.Tests.Harness;

/// <summary>A started daemon of a state folder, spoken to by <c>r1 … --server</c> over its socket.</summary>
internal sealed class DaemonProcess : IAsyncDisposable
{
    private const long MaxIdleBytes = 150_000_000;
    private static readonly TimeSpan Watchdog = TimeSpan.FromMinutes(2);

    private readonly R1 _r1;

    private DaemonProcess(R1 r1, R1Process process) => (_r1, Process) = (r1, process);

    public R1Process Process { get; }

    public string Socket => SocketOf(_r1);

    public string Address => "unix:" + Socket;

    /// <summary>Starts <c>r1 daemon</c> and waits until it listens.</summary>
    public static Task<DaemonProcess> StartAsync(R1 r1, params string[] options) => ListeningAsync(r1, r1.Start(["daemon", .. options]));

    /// <summary>Waits until a daemon that was started in another way listens.</summary>
    public static async Task<DaemonProcess> ListeningAsync(R1 r1, R1Process process)
    {
        bool listens = await process.WaitForAsync(() => Answers(SocketOf(r1)), Watchdog);
        Assert.True(listens, listens ? "" : (await process.WaitAsync(Watchdog)).Error);
        return new DaemonProcess(r1, process);
    }

    /// <summary>Runs a command on the server to its end.</summary>
    public Task<Ended> RunAsync(params string[] arguments) => _r1.RunPlainAsync([.. arguments, "--server", Address]);

    /// <summary>Runs a command on the server that must end with 0.</summary>
    public async Task<Ended> SucceedAsync(params string[] arguments)
    {
        Ended ended = await RunAsync(arguments);
        Assert.True(ended.ExitCode == 0, $"r1 {string.Join(' ', arguments)} ended with {ended.ExitCode}\n{ended.Output}\n{ended.Error}");
        return ended;
    }

    /// <summary>Submits a pipeline; its run.</summary>
    public async Task<string> SubmitAsync(string file, params string[] options) => (await SucceedAsync(["submit", file, .. options])).Output.Trim();

    /// <summary>SIGKILL, of the daemon alone.</summary>
    public async Task KillAsync()
    {
        Process.KillAlone();
        await Process.WaitAsync(Watchdog);
    }

    /// <summary>SIGTERM, to the end.</summary>
    public async Task<Ended> TerminateAsync(TimeSpan patience)
    {
        Process.Terminate();
        return await Process.WaitAsync(patience);
    }

    /// <summary>An idle daemon holds less than this and has never loaded libtorch.</summary>
    public void AssertIdleIsSmall()
    {
        string resident = File.ReadLines($"/proc/{Process.Id}/status").Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2];
        Assert.InRange(long.Parse(resident, CultureInfo.InvariantCulture) * 1024, 1, MaxIdleBytes);
        Assert.DoesNotContain("torch", File.ReadAllText($"/proc/{Process.Id}/maps"), StringComparison.OrdinalIgnoreCase);
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private static string SocketOf(R1 r1) => Path.Combine(r1.State, "daemon.sock");

    private static bool Answers(string socket)
    {
        if (!File.Exists(socket)) return false;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(socket));
            return true;
        }
        catch (SocketException)
        {
            return false; // left by a daemon that was killed
        }
    }
}
