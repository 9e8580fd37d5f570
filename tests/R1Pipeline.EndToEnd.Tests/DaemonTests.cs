using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using R1Pipeline.EndToEnd.Tests.Harness;

namespace R1Pipeline.EndToEnd.Tests;

/// <summary>One daemon, asked in every way that the command line knows. Its workers only count: the training core is not the point here.</summary>
public sealed class DaemonTests : IAsyncLifetime
{
    private static readonly TimeSpan Watchdog = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _folder = new();
    private R1 _r1 = null!;
    private string _url = "";
    private DaemonProcess _daemon = null!;

    public async ValueTask InitializeAsync()
    {
        _r1 = new R1(Path.Combine(_folder.Path, "state")) { Worker = R1.CountingWorker };
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            _url = $"http://{free.LocalEndpoint}";
        }
        _daemon = await DaemonProcess.StartAsync(_r1, "--urls", _url);
    }

    public async ValueTask DisposeAsync()
    {
        await _daemon.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Submit_ToItsEnd_ServerPrintsWhatTheStateFolderHolds()
    {
        string file = CountingPipeline.Write(_folder, steps: 10, waitMilliseconds: 10);

        Ended submitted = await _daemon.SucceedAsync("submit", file, "--priority", "3", "--wait");

        string run = submitted.Output.Split('\n')[0];
        Assert.Equal(3, Assert.Single(await _r1.JsonAsync("runs")).GetProperty("priority").GetInt32());
        Assert.Equal("done", (await _r1.StatusAsync(run)).GetProperty("state").GetString());
        Assert.True(File.Exists(Path.Combine(_r1.State, "runs", run, "report.html")));
        foreach (string[] command in new[] { ["runs"], ["runs", "--json"], ["status"], ["status", run, "--json"], ["watch", run], ["logs", run], new[] { "logs", run, "quick", "--json" } })
        {
            Assert.Equal(await _r1.SucceedAsync(command), await _daemon.SucceedAsync(command));
        }
        foreach (string[] command in new[] { ["status", "nobody"], ["watch", "nobody"], ["cancel", "nobody"], ["logs", run, "nothing"], new[] { "resume", run, "--from", "nothing" } })
        {
            Assert.Equal(await _r1.RunAsync(command), await _daemon.RunAsync(command));
        }

        await using (R1Process named = _r1.Start(R1.Executable, ["runs"], ("R1_SERVER", _daemon.Address)))
        {
            Assert.Equal(await _r1.SucceedAsync("runs"), await named.WaitAsync(Watchdog));
        }
        Assert.Equal(await _r1.SucceedAsync("runs"), await _r1.RunPlainAsync("runs", "--server", _url));

        // The same definition again: its run is done, so it is a new one, which takes every stage over.
        Assert.NotEqual(run, (await _daemon.SucceedAsync("submit", file, "--wait")).Output.Split('\n')[0]);
        Assert.All((await _r1.StatusAsync()).GetProperty("stages").EnumerateArray(), stage => Assert.True(stage.GetProperty("cached").GetBoolean()));
    }

    [Fact]
    public async Task Submit_FileWithMistakes_SaysWhatRunSays()
    {
        string file = _folder.Write("wrong.yaml", "name: wrong\nstages:\n  a: { uses: cold-start, model: nobody, wit: {} }\n");

        Ended submitted = await _daemon.RunAsync("submit", file);

        Assert.Equal(await _r1.RunAsync("run", file), submitted);
        Assert.Equal(2, submitted.ExitCode);
        Assert.Empty(await _r1.JsonAsync("runs"));
    }

    [Fact]
    public async Task Cancel_RunningRun_KeepsItsCheckpointAndResumeGoesOn()
    {
        string file = CountingPipeline.Write(_folder, steps: 2000, waitMilliseconds: 50);
        string run = await _daemon.SubmitAsync(file);
        Assert.True(await _r1.WaitForAttemptAsync(_daemon.Process, "slow"));
        Assert.Equal(run, await _daemon.SubmitAsync(file));
        await WaitForAsync(async () => (await _r1.StageAsync("slow")).GetProperty("steps_done").GetInt64() > 0);

        await _daemon.SucceedAsync("cancel", run);

        Assert.Equal(1, (await _daemon.RunAsync("watch", run)).ExitCode);
        Assert.Equal("cancelled", (await _r1.StatusAsync(run)).GetProperty("state").GetString());
        Assert.NotEmpty(_r1.Checkpoints("slow"));

        await _daemon.SucceedAsync("resume", run);

        await WaitForAsync(async () => (await _r1.StageAsync("slow")).GetProperty("resumed_from") is { } from && from.GetArrayLength() == 1 && from[0].GetInt64() > 0);
        Assert.Single(await _r1.JsonAsync("runs"));
    }

    [Fact]
    public async Task Daemon_RunOfAnotherProcess_IsLeftAlone()
    {
        string file = CountingPipeline.Write(_folder, steps: 2000, waitMilliseconds: 50);
        await using R1Process owner = _r1.Start("run", file);
        Assert.True(await _r1.WaitForAttemptAsync(owner, "slow"));

        await _daemon.SubmitAsync(file);

        Assert.Equal(owner.Id, (await _r1.StatusAsync()).GetProperty("owner_pid").GetInt32());
        owner.Terminate();
        Assert.Equal(3, (await owner.WaitAsync(Watchdog)).ExitCode);
        Assert.Equal(1, (await _r1.StageAsync("slow")).GetProperty("attempts").GetInt32());
    }

    [Fact]
    public async Task Daemon_TerminatedTwice_EndsWithoutWaitingForItsWorkers()
    {
        await _daemon.SubmitAsync(CountingPipeline.Write(_folder, steps: 2, waitMilliseconds: 600_000));
        Assert.True(await _r1.WaitForAttemptAsync(_daemon.Process, "slow"));
        _daemon.Process.Terminate();
        await WaitForAsync(async () => (await _daemon.RunAsync("runs")).ExitCode != 0);
        Assert.False(_daemon.Process.HasExited);

        Ended ended = await _daemon.TerminateAsync(Watchdog);

        Assert.Equal(128 + 15, ended.ExitCode);
        Assert.Equal("interrupted", (await _r1.StatusAsync()).GetProperty("state").GetString());
    }

    [Fact]
    public async Task Daemon_Idle_IsSmallLoadsNoLibtorchAndIsReady()
    {
        using HttpClient http = Client();

        Assert.True((await http.GetFromJsonAsync<JsonElement>("/api/v1/health/ready")).GetProperty("ready").GetBoolean());
        Assert.Equal(_daemon.Process.Id, (await http.GetFromJsonAsync<JsonElement>("/api/v1/health/live")).GetProperty("pid").GetInt32());
        _daemon.AssertIdleIsSmall();
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, File.GetUnixFileMode(_daemon.Socket));
    }

    [Fact]
    public async Task Daemon_SecondOneOfTheStateFolder_IsRefusedNamingTheFirst()
    {
        Ended second = await _r1.RunAsync("daemon", "--socket", Path.Combine(_folder.Path, "other.sock"));

        Assert.Equal(1, second.ExitCode);
        Assert.Contains($"process {_daemon.Process.Id} ", second.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Daemon_WrongCommandLine_IsRefusedWithTheReason()
    {
        R1 other = _folder.State("other");

        foreach ((string[] options, string reason) in new[]
        {
            (new[] { "--urls", "http://0.0.0.0:8080" }, "loopback"),
            (["--urls", "http://127.0.0.1:8080;http://example.org:80"], "example.org"),
            (["--socket", "/tmp/" + new string('s', 120)], "107"),
            (["--slots", "0"], "at least 1"),
        })
        {
            Ended refused = await other.RunAsync(["daemon", .. options]);
            Assert.Equal(2, refused.ExitCode);
            Assert.Contains(reason, refused.Error, StringComparison.Ordinal);
        }
        Ended absent = await other.RunPlainAsync("runs", "--server", "unix:" + Path.Combine(_folder.Path, "nobody.sock"));
        Assert.Equal(4, absent.ExitCode);
        Assert.Contains("no daemon answers", absent.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Api_AskedByAWebPage_IsForbidden()
    {
        using var http = new HttpClient { BaseAddress = new Uri(_url) };
        foreach ((string header, string value) in new[] { ("Origin", "http://example.org"), ("Host", "rebound.example.org") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/runs/any/cancel");
            request.Headers.TryAddWithoutValidation(header, value);
            Assert.Equal(HttpStatusCode.Forbidden, (await http.SendAsync(request)).StatusCode);
        }
    }

    [Fact]
    public async Task Api_SubmissionThatNoCompilerMade_IsRefused()
    {
        using HttpClient http = Client();
        const string Definition = """{ "schema": 1, "name": "../../out", "seed": 1, "data": [], "stages": [] }""";

        using HttpResponseMessage answer = await http.PostAsJsonAsync("/api/v1/runs", new { definition = Definition, yaml = "", origins = new { } });

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("../../out", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Empty(await _r1.JsonAsync("runs"));
    }

    private HttpClient Client() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, stop) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_daemon.Socket), stop);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = new Uri("http://daemon") };

    private static async Task WaitForAsync(Func<Task<bool>> holds)
    {
        using var timeout = new CancellationTokenSource(Watchdog);
        while (!await holds()) await Task.Delay(TimeSpan.FromMilliseconds(50), timeout.Token);
    }
}
