using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace R1Pipeline.Tests.Rewards.Code;

/// <summary>
/// What a hostile program would like to reach: a folder with a canary, listeners on the loopback (TCP, UDP) and on Unix sockets (a path, an abstract name), and a
/// secret in this process's environment, in another process's and in a file. It says afterwards what was touched.
/// </summary>
internal sealed class HostileGround : IDisposable
{
    public const string SecretVariable = "R1P_TEST_SECRET";
    private readonly List<Socket> _listeners = [];
    private readonly Process _keeper;
    private readonly string _before;
    private long _received;

    public HostileGround()
    {
        Folder = Directory.CreateTempSubdirectory("r1-canary-").FullName;

        Open(Folder);
        Secret = "s3cret-" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        Open(Directory.CreateDirectory(Path.Combine(Folder, "kept")).FullName);
        foreach (string file in new[] { Canary, Path.Combine(Folder, "kept", "too") })
        {
            File.WriteAllText(file, Secret);
            Open(file);
        }
        Environment.SetEnvironmentVariable(SecretVariable, Secret);
        var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Port = ((IPEndPoint)tcp.LocalEndPoint!).Port;
        Listen(tcp);
        var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        udp.Bind(new IPEndPoint(IPAddress.Loopback, Port));
        Receive(udp);
        foreach (string name in new[] { UnixPath, "\0" + AbstractName })
        {
            var unix = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            unix.Bind(new UnixDomainSocketEndPoint(name));
            Listen(unix);
        }
        Open(UnixPath);
        var keeper = new ProcessStartInfo("sleep", ["600"]) { UseShellExecute = false };
        keeper.Environment[SecretVariable] = Secret;
        _keeper = Process.Start(keeper)!;
        _before = Look();
    }

    public string Folder { get; }

    public string Secret { get; }

    public string Canary => Path.Combine(Folder, "canary");

    public int Port { get; }

    public string UnixPath => Path.Combine(Folder, "socket");

    public string AbstractName => "r1-canary-" + Path.GetFileName(Folder);

    /// <summary>Process id of a process that is none of a program's business.</summary>
    public int Bystander => _keeper.Id;

    /// <summary>What was touched; empty: nothing.</summary>
    /// <param name="dead">Whether the remains of a dead process count, whoever must see them off. Only where no other sandbox of the machine ends at the time.</param>
    public IEnumerable<string> Harm(bool dead = false)
    {
        if (Look() is var now && now != _before) yield return $"the canaries changed from\n{_before}to\n{now}";
        if (Interlocked.Read(ref _received) is > 0 and var bytes) yield return $"the listeners received {bytes} connections and bytes";
        if (_keeper.HasExited) yield return "another process was ended";
        if (LeftOver(dead).ToList() is { Count: > 0 } left) yield return $"{left.Count} processes were left, {left[0]}";
    }

    public void Dispose()
    {
        _keeper.Kill();
        _keeper.WaitForExit();
        _keeper.Dispose();
        foreach (Socket socket in _listeners) socket.Dispose();
        Environment.SetEnvironmentVariable(SecretVariable, null);
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>To everybody: only the sandbox keeps a program out.</summary>
    private static void Open(string path)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32("777", 8));
    }

    private void Listen(Socket socket)
    {
        _listeners.Add(socket);
        socket.Listen();
        _ = Task.Factory.StartNew(() =>
        {
            try
            {
                while (true)
                {
                    Socket peer = socket.Accept();
                    Interlocked.Increment(ref _received);
                    Receive(peer);
                }
            }
            catch (SocketException)
            {
                // The end of the ground closed it.
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private void Receive(Socket socket)
    {
        lock (_listeners) _listeners.Add(socket);
        _ = Task.Factory.StartNew(() =>
        {
            byte[] buffer = new byte[4096];
            try
            {
                while (socket.Receive(buffer) is > 0 and var count) Interlocked.Add(ref _received, count);
            }
            catch (SocketException)
            {
                // The end of the ground closed it.
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Every entry with its kind, its time and its bytes.</summary>
    private string Look()
    {
        var text = new StringBuilder();
        foreach (FileSystemInfo entry in new DirectoryInfo(Folder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).OrderBy(entry => entry.FullName, StringComparer.Ordinal))
        {
            string bytes = entry is FileInfo { Length: > 0 } ? File.ReadAllText(entry.FullName) : "";
            text.Append(CultureInfo.InvariantCulture, $"{entry.FullName} {entry.UnixFileMode} {entry.LastWriteTimeUtc:O} {entry.LinkTarget} {bytes}\n");
        }
        return text.ToString();
    }

    /// <summary>
    /// Processes of the sandbox's users that no grader of the moment can own: those whose slot is free. Dead ones always count where they are
    /// this process's children.
    /// </summary>
    private static IEnumerable<string> LeftOver(bool dead)
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)))
        {
            string[] status;
            try
            {
                status = File.ReadAllLines(Path.Combine(folder, "status"));
            }
            catch (IOException)
            {
                // It ended meanwhile.
                continue;
            }
            if (status.FirstOrDefault(line => line.StartsWith("Uid:", StringComparison.Ordinal)) is not { } users) continue;
            if (!dead && status.Any(line => line.StartsWith("State:\tZ", StringComparison.Ordinal)) && !status.Contains($"PPid:\t{Environment.ProcessId}")) continue;
            int user = int.Parse(users.Split('\t')[1], CultureInfo.InvariantCulture);
            if (user is >= 61000 and < 61180 && Free(user) && Directory.Exists(folder)) yield return $"{folder} {string.Join(' ', status.Take(3))}";
        }
    }

    private static bool Free(int user)
    {
        try
        {
            using var slot = new FileStream($"/tmp/r1-sandbox-slots/{user}", FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
