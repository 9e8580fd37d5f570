using System.Text.Json;
using R1Pipeline.EndToEnd.Tests.Harness;

namespace R1Pipeline.EndToEnd.Tests;

/// <summary>
/// The daemon and the whole chain in small: it is killed and stopped in the middle of its runs, and none of them can tell. Two runs of different seeds, or as
/// many as <c>R1_TEST_RUNS</c> says.
/// </summary>
[Collection(OneMinuteCollection.Name)]
public sealed class DaemonOneMinuteTests(OneMinute chain, ITestOutputHelper output)
{
    private const int NumKills = 3;

    private static readonly int NumRuns = int.TryParse(Environment.GetEnvironmentVariable("R1_TEST_RUNS"), out int runs) ? runs : 2;

    /// <summary>What the daemon grants its workers, and a little: longer than that it must never take to stop.</summary>
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(130);
    private static readonly TimeSpan Watchdog = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Daemon_KilledThreeTimesAndStoppedOnce_EveryRunEndsWithTheSameBytes()
    {
        // The first of the runs is the one that all tests share.
        string corpus = await CorpusSeedAsync();
        string[][] settings = [[], .. Enumerable.Range(2, NumRuns - 1).Select(seed => Reseeded(seed, corpus))];
        var expected = new List<IReadOnlyDictionary<string, string>> { await chain.Undisturbed.HashesAsync() };
        R1 reference = chain.FromBase("daemon-reference");
        foreach (string[] others in settings.Skip(1))
        {
            await reference.SucceedAsync(["run", OneMinute.File, .. others]);
            Assert.True((await reference.StageAsync("base")).GetProperty("cached").GetBoolean());
            expected.Add(await reference.HashesAsync());
        }
        int seed = int.TryParse(Environment.GetEnvironmentVariable("R1_TEST_SEED"), out int given) ? given : Environment.ProcessId;
        output.WriteLine($"R1_TEST_SEED={seed} draws the same moments again");
        var random = new Random(seed);
        R1 r1 = chain.FromBase("daemon");

        string[] runs;
        await using (DaemonProcess daemon = await DaemonProcess.StartAsync(r1))
        {
            var submitted = new List<string>();
            foreach (string[] others in settings) submitted.Add(await daemon.SubmitAsync(OneMinute.File, others));
            runs = [.. submitted];
            await KillAsync(daemon, random);
        }
        for (int kill = 2; kill <= NumKills; kill++)
        {
            await using DaemonProcess daemon = await DaemonProcess.StartAsync(r1);
            await KillAsync(daemon, random);
        }
        await using (DaemonProcess daemon = await DaemonProcess.StartAsync(r1))
        {
            await StopAndAssertCheckpointsAsync(r1, daemon, runs);
        }
        await using (DaemonProcess daemon = await DaemonProcess.StartAsync(r1))
        {
            foreach (string run in runs) await daemon.SucceedAsync("watch", run);
            daemon.AssertIdleIsSmall();
            Assert.Equal(0, (await daemon.TerminateAsync(GracePeriod)).ExitCode);
        }

        for (int run = 0; run < NumRuns; run++) Assert.Equal(expected[run], await r1.HashesAsync(runs[run]));
        Assert.Equal(runs.Order(), (await r1.JsonAsync("runs")).Where(run => run.GetProperty("pipeline").GetString() == "one-minute").Select(run => run.GetProperty("run").GetString()!).Order());
        foreach (string run in runs) await AssertEveryStepOnceAsync(r1, run);
    }

    private async Task<string> CorpusSeedAsync()
    {
        string definition = Path.Combine(chain.Undisturbed.State, "runs", await chain.Undisturbed.NewestRunAsync(), "definition.json");
        using var resolved = JsonDocument.Parse(await File.ReadAllTextAsync(definition));
        JsonElement corpus = resolved.RootElement.GetProperty("data").EnumerateArray().Single(source => source.GetProperty("name").GetString() == "corpus");
        return corpus.GetProperty("addition").GetProperty("seed").GetRawText();
    }

    /// <summary>Another seed for everything but the base and the rows that it is made of.</summary>
    private static string[] Reseeded(int seed, string corpusSeed) => ["--set", $"seed={seed}", "--set", "stages.base.seed=1", "--set", $"data.corpus.seed={corpusSeed}"];

    private async Task KillAsync(DaemonProcess daemon, Random random)
    {
        var moment = TimeSpan.FromSeconds(2 + (2 * NumRuns * random.NextDouble()));
        await Task.Delay(moment);
        await daemon.KillAsync();
        output.WriteLine($"killed {moment.TotalSeconds:0.00} s after it listened");
    }

    /// <summary>Stops the daemon while a stage trains: it ends with 0 and all that any running stage had done is in a checkpoint.</summary>
    private async Task StopAndAssertCheckpointsAsync(R1 r1, DaemonProcess daemon, string[] runs)
    {
        using (var timeout = new CancellationTokenSource(Watchdog))
        {
            while (!(await RunningAsync(r1, runs)).Any()) await Task.Delay(TimeSpan.FromMilliseconds(50), timeout.Token);
        }

        Assert.Equal(0, (await daemon.TerminateAsync(GracePeriod)).ExitCode);

        foreach (string run in runs)
        {
            JsonElement status = await r1.StatusAsync(run);
            Assert.NotEqual("running", status.GetProperty("state").GetString());
            var checkpoints = (await r1.JsonAsync("checkpoints", "list", run)).ToLookup(line => line.GetProperty("stage").GetString(), line => line.GetProperty("step").GetInt64());
            foreach (JsonElement stage in status.GetProperty("stages").EnumerateArray().Where(stage => stage.GetProperty("state").GetString() == "interrupted"))
            {
                output.WriteLine($"stopped: {run} {stage.GetProperty("name")} at step {stage.GetProperty("steps_done")}");
                Assert.Equal(stage.GetProperty("steps_done").GetInt64(), checkpoints[stage.GetProperty("name").GetString()].DefaultIfEmpty().Max());
            }
        }
    }

    /// <summary>Stages that train now.</summary>
    private static async Task<IEnumerable<JsonElement>> RunningAsync(R1 r1, string[] runs) =>
        (await r1.JsonAsync("status")).Where(status => runs.Contains(status.GetProperty("run").GetString()))
            .SelectMany(status => status.GetProperty("stages").EnumerateArray())
            .Where(stage => stage.GetProperty("state").GetString() == "running" && stage.GetProperty("steps_done").GetInt64() > 0);

    private static async Task AssertEveryStepOnceAsync(R1 r1, string run)
    {
        var metrics = (await r1.JsonAsync("metrics", run)).ToLookup(line => line.GetProperty("stage").GetString(), line => line.GetProperty("step").GetInt64());
        foreach (JsonElement stage in (await r1.StatusAsync(run)).GetProperty("stages").EnumerateArray())
        {
            Assert.Equal(stage.GetProperty("steps_planned").GetInt64(), stage.GetProperty("steps_done").GetInt64());
            IEnumerable<long> steps = metrics[stage.GetProperty("name").GetString()];
            Assert.Equal(steps.Distinct().Order(), steps);
        }
    }
}
