using System.Text.Json;
using R1Pipeline.EndToEnd.Tests.Harness;
using R1Pipeline.Tests.Orchestration;

namespace R1Pipeline.EndToEnd.Tests;

/// <summary>A PostgreSQL server that goes away under a command and under a daemon. Nothing is lost, nothing is done twice, and everybody says what they wait for.</summary>
public sealed class DatabaseOutageTests(PostgresServer server) : IClassFixture<PostgresServer>, IDisposable
{
    private const int Steps = 400;
    private static readonly TimeSpan Watchdog = TimeSpan.FromMinutes(2);

    /// <summary>Hash of every stage's output: the counting stages' bytes do not depend on how long a step takes.</summary>
    private static readonly Lazy<Task<IReadOnlyDictionary<string, string>>> Undisturbed = new(async () =>
    {
        using var folder = new TemporaryFolder();
        var r1 = new R1(folder.State().State) { Worker = R1.CountingWorker };
        await r1.SucceedAsync("run", CountingPipeline.Write(folder, Steps, waitMilliseconds: 0));
        return await r1.HashesAsync();
    });

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_ServerStaysAway_EndsWithThreeAndTheSameCommandGoesOn()
    {
        string file = Pipeline();
        R1 r1 = NewState("outage-ms=1000");

        await AssertInterruptedAsync(r1, file, _ => { }, "did not answer for 1 s");
        await r1.SucceedAsync("run", file);

        await AssertUndisturbedAsync(r1, Assert.Single(await r1.JsonAsync("runs")).GetProperty("run").GetString()!, attempts: 2);
    }

    [Fact]
    public async Task Run_ToldToEndWhileTheServerIsAway_EndsWithThreeWithoutWaitingForIt() =>
        await AssertInterruptedAsync(NewState(faults: null), Pipeline(), process => process.Terminate(), "does not answer, and a stop was asked for");

    [Fact]
    public async Task Daemon_ServerAwayForTooLong_LivesAndGoesOnWithTheRunWhenItIsBack()
    {
        R1 r1 = NewState("outage-ms=500");
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(r1);
        string run = await daemon.SubmitAsync(Pipeline());
        Assert.True(await r1.WaitForCheckpointAsync(daemon.Process, "slow"));

        server.Stop();
        await WaitForAsync(() => LogOf(r1).Contains("lost its store", StringComparison.Ordinal));
        Ended asked = await daemon.RunAsync("status", run);
        server.Start();

        Assert.Equal(4, asked.ExitCode);
        Assert.Contains("did not answer for", asked.Error, StringComparison.Ordinal);
        await daemon.SucceedAsync("watch", run);
        await AssertUndisturbedAsync(r1, run, attempts: 2);
        Assert.Equal(0, (await daemon.TerminateAsync(Watchdog)).ExitCode);
    }

    [Fact]
    public async Task Daemon_ServerAwayForAWhile_HoldsItsWorkerAndEndsWhenToldEvenInAnOutage()
    {
        R1 r1 = NewState(faults: null);
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(r1);
        string run = await daemon.SubmitAsync(CountingPipeline.Write(_folder, steps: 2000, waitMilliseconds: 20));
        Assert.True(await r1.WaitForCheckpointAsync(daemon.Process, "slow"));

        server.Stop();
        await WaitForAsync(() => LogOf(r1).Contains("does not answer", StringComparison.Ordinal));
        int before = NumCommitted(r1);
        server.Start();
        await WaitForAsync(() => NumCommitted(r1) > before + 1);
        server.Stop();
        Ended ended = await daemon.TerminateAsync(Watchdog);
        server.Start();

        Assert.Equal(0, ended.ExitCode);
        JsonElement status = await r1.StatusAsync(run);
        Assert.Equal(("interrupted", 1), (status.GetProperty("state").GetString(), status.GetProperty("stages")[0].GetProperty("attempts").GetInt32()));
    }

    private R1 NewState(string? faults) => new(_folder.State().State) { Worker = R1.CountingWorker, Database = server.NewDatabase(), Faults = faults };

    private string Pipeline() => CountingPipeline.Write(_folder, Steps, waitMilliseconds: 10, waitingAttempts: 1);

    /// <summary>Starts a run, takes its server away, and looks at how it ends.</summary>
    private async Task AssertInterruptedAsync(R1 r1, string file, Action<R1Process> meanwhile, string words)
    {
        await using R1Process process = r1.Start("run", file);
        Assert.True(await r1.WaitForCheckpointAsync(process, "slow"));
        int worker = Assert.Single(process.Children);

        server.Stop();
        Ended ended;
        try
        {
            meanwhile(process);
            ended = await process.WaitAsync(Watchdog);
        }
        finally
        {
            server.Start();
        }

        Assert.Equal(3, ended.ExitCode);
        Assert.Contains(words, ended.Error, StringComparison.Ordinal);
        Assert.Contains("the run is interrupted, what it committed stands, and the same command goes on", ended.Error, StringComparison.Ordinal);
        await WaitForAsync(() => !R1Process.Lives(worker));
    }

    private static async Task AssertUndisturbedAsync(R1 r1, string run, int attempts)
    {
        JsonElement[] stages = [.. (await r1.StatusAsync(run)).GetProperty("stages").EnumerateArray()];
        Assert.Equal(await Undisturbed.Value, stages.ToDictionary(stage => stage.GetProperty("name").GetString()!, stage => stage.GetProperty("artifact").GetProperty("sha256").GetString()!));
        Assert.Equal(attempts, stages[0].GetProperty("attempts").GetInt32());
        Assert.All(stages[0].GetProperty("resumed_from").EnumerateArray(), step => Assert.True(step.GetInt64() >= 50));
        IReadOnlyList<JsonElement> metrics = await r1.JsonAsync("metrics", run, "--stage", "slow");
        Assert.Equal(Enumerable.Range(1, Steps), metrics.Select(line => line.GetProperty("step").GetInt32()));
    }

    private static int NumCommitted(R1 r1) => LogOf(r1).Split("Checkpoint of step").Length - 1;

    private static string LogOf(R1 r1) => string.Concat(Directory.GetFiles(Path.Combine(r1.State, "daemon"), "log-*.jsonl").Select(ReadShared));

    private static string ReadShared(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static async Task WaitForAsync(Func<bool> holds)
    {
        using var timeout = new CancellationTokenSource(Watchdog);
        while (!holds()) await Task.Delay(TimeSpan.FromMilliseconds(50), timeout.Token);
    }
}
