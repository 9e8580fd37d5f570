using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using R1Pipeline.EndToEnd.Tests.Harness;

namespace R1Pipeline.EndToEnd.Tests;

/// <summary>
/// The product as the Dockerfile publishes it, in one folder, and its daemon as the systemd unit starts it. What is played here is systemd's side of the
/// notify protocol; the unit's sandbox, the container and its GPU are not.
/// </summary>
public sealed class DaemonPublishedTests : IDisposable
{
    private const string Installed = "/opt/r1/", InstalledState = "/var/lib/r1";
    private static readonly TimeSpan Watchdog = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Published_StartedByTheUnit_NotifiesWorksAndStops()
    {
        string published = Path.Combine(_folder.Path, "r1");
        foreach (string project in new[] { "Worker", "Daemon", "Cli" }) await PublishAsync(project, published);
        R1 r1 = _folder.State();
        string[] command = UnitCommand();
        Assert.Equal(command, ContainerCommand());
        command = [.. command.Select(word => word.Replace(InstalledState, r1.State, StringComparison.Ordinal).Replace(Installed, published + "/", StringComparison.Ordinal))];
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        string notify = Path.Combine(_folder.Path, "notify.sock");
        systemd.Bind(new UnixDomainSocketEndPoint(notify));

        await using DaemonProcess daemon = await DaemonProcess.ListeningAsync(r1, r1.Start(command[0], command[1..], ("NOTIFY_SOCKET", notify)));
        await WaitForAsync(systemd, "READY=1");
        await WaitForAsync(systemd, "WATCHDOG=1");
        await using (R1Process submit = r1.Start(Path.Combine(published, "r1"), ["submit", _folder.Write("tiny.yaml", TinyPipeline.Text(rows: 320)), "--server", daemon.Address, "--wait"]))
        {
            Ended submitted = await submit.WaitAsync(Watchdog);
            Assert.True(submitted.ExitCode == 0, submitted.Error);
        }

        // Its own jail came along, and grades.
        Assert.Equal(["r1-jail", "r1-jail.dll", "r1-jail.runtimeconfig.json"], Directory.GetFiles(Path.Combine(published, "jail")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        string rows = _folder.Write("rows.jsonl", """{"id":1,"language":"python","completion":"print(5)","tests":[{"stdin":"","stdout":"5"}]}""");
        await using (R1Process grade = r1.Start(Path.Combine(published, "r1"), ["grade", "code", "--in", rows]))
        {
            Ended graded = await grade.WaitAsync(Watchdog);
            Assert.True(graded.Output.Contains("\"outcome\":\"passed\"", StringComparison.Ordinal), graded.Output + graded.Error);
        }

        Task<Ended> stopped = daemon.TerminateAsync(Watchdog);
        await WaitForAsync(systemd, "STOPPING=1");
        Assert.Equal(0, (await stopped).ExitCode);
    }

    private static async Task PublishAsync(string project, string folder)
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var start = new ProcessStartInfo("dotnet", ["publish", Path.Combine(R1.Root, "src", "R1Pipeline." + project), "-c", configuration, "--no-build", "-v", "quiet", "-o", folder]) { RedirectStandardOutput = true };
        using Process publish = Process.Start(start)!;
        string output = await publish.StandardOutput.ReadToEndAsync();
        await publish.WaitForExitAsync();
        Assert.True(publish.ExitCode == 0, output);
    }

    /// <summary>The unit's <c>ExecStart</c>.</summary>
    private static string[] UnitCommand() =>
        Lines("r1-daemon.service").Single(line => line.StartsWith("ExecStart=", StringComparison.Ordinal))["ExecStart=".Length..].Split(' ');

    /// <summary>The image's entry point and its arguments, which the compose file repeats.</summary>
    private static string[] ContainerCommand()
    {
        string[] image = [.. new[] { "ENTRYPOINT ", "CMD " }.SelectMany(key => Words(Lines("Dockerfile").Single(line => line.StartsWith(key, StringComparison.Ordinal))[key.Length..]))];
        string compose = File.ReadLines(Path.Combine(R1.Root, "docker-compose.yml")).Single(line => line.Trim().StartsWith("command: ", StringComparison.Ordinal)).Trim()["command: ".Length..];
        Assert.Equal(image[1..], Words(compose));
        return image;
    }

    private static string[] Words(string json) => JsonSerializer.Deserialize<string[]>(json)!;

    private static IEnumerable<string> Lines(string file) => File.ReadLines(Path.Combine(R1.Root, "src", "R1Pipeline.Daemon", file));

    private static async Task WaitForAsync(Socket systemd, string state)
    {
        using var timeout = new CancellationTokenSource(Watchdog);
        byte[] message = new byte[4096];
        while (true)
        {
            int length = await systemd.ReceiveAsync(message, timeout.Token);
            if (Encoding.UTF8.GetString(message, 0, length).Split('\n').Contains(state)) return;
        }
    }
}
