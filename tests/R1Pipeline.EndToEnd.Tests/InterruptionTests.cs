using System.Text.Json;
using R1Pipeline.EndToEnd.Tests.Harness;

namespace R1Pipeline.EndToEnd.Tests;

/// <summary>Signals, kills, damage and rivals: what a run survives, and how it says so.</summary>
public sealed class InterruptionTests : IDisposable
{
    private static readonly TimeSpan Watchdog = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_SigTerm_CheckpointsEndsWithThreeAndTheSameCommandGoesOn()
    {
        string file = _folder.Write("tiny.yaml", TinyPipeline.Text(baseOptions: "checkpoint-every-steps: 1000"));
        R1 r1 = _folder.State();
        await using R1Process process = r1.Start("run", file);
        await WaitForStepsAsync(r1, process);

        process.Terminate();
        Ended ended = await process.WaitAsync(Watchdog);

        Assert.Equal(3, ended.ExitCode);
        Assert.Contains("r1 resume", ended.Error, StringComparison.Ordinal);
        Assert.Equal("interrupted", (await r1.StatusAsync()).GetProperty("state").GetString());
        await r1.SucceedAsync("run", file);
        JsonElement stage = await r1.StageAsync("base");
        Assert.True(stage.GetProperty("resumed_from")[0].GetInt64() > 0);
        Assert.Single(await r1.JsonAsync("runs"));
    }

    [Fact]
    public async Task Run_AlreadyRunning_IsRefusedWithTheOwnersProcessId()
    {
        string file = _folder.Write("tiny.yaml", TinyPipeline.Text(rows: 16000));
        R1 r1 = _folder.State();
        await using R1Process owner = r1.Start("run", file);
        Assert.True(await r1.WaitForAttemptAsync(owner, "base"));

        Ended rival = await r1.RunAsync("run", file);

        Assert.Equal(1, rival.ExitCode);
        Assert.Contains(owner.Id.ToString(), rival.Error, StringComparison.Ordinal);
        Assert.Contains(await r1.NewestRunAsync(), rival.Error, StringComparison.Ordinal);
        Assert.Equal(owner.Id, (await r1.StatusAsync()).GetProperty("owner_pid").GetInt32());
    }

    [Fact]
    public async Task KillNine_OfTheCommand_WorkerEndsItselfAndResumeGoesOn()
    {
        string file = _folder.Write("tiny.yaml", TinyPipeline.Text());
        R1 r1 = _folder.State();
        await using R1Process process = r1.Start("run", file);
        Assert.True(await r1.WaitForCheckpointAsync(process, "base"));
        int worker = Assert.Single(process.Children);

        process.KillAlone();
        await process.WaitAsync(Watchdog);

        using var timeout = new CancellationTokenSource(Watchdog);
        while (R1Process.Lives(worker)) await Task.Delay(TimeSpan.FromMilliseconds(20), timeout.Token);
        await r1.SucceedAsync("resume", await r1.NewestRunAsync());
        await AssertResumedAsync(r1, "base");
    }

    [Fact]
    public async Task KillNine_OfTheWorker_StageIsRetriedFromItsCheckpoint()
    {
        string file = _folder.Write("tiny.yaml", TinyPipeline.Text());
        R1 r1 = _folder.State();
        await using R1Process process = r1.Start("run", file);
        Assert.True(await r1.WaitForCheckpointAsync(process, "base"));

        R1Process.Kill(Assert.Single(process.Children));
        Ended ended = await process.WaitAsync(Watchdog);

        Assert.True(ended.ExitCode == 0, ended.Error);
        await AssertResumedAsync(r1, "base");
        Assert.Equal(2, (await r1.StageAsync("base")).GetProperty("attempts").GetInt32());
    }

    [Fact]
    public async Task Resume_NewestCheckpointTruncated_IsNamedSkippedAndThePreviousOneUsed()
    {
        string file = _folder.Write("tiny.yaml", TinyPipeline.Text());
        R1 r1 = _folder.State();
        await using R1Process process = r1.Start("run", file);
        Assert.True(await r1.WaitForCheckpointAsync(process, "base"));
        process.Terminate();
        await process.WaitAsync(Watchdog);

        string[] checkpoints = [.. r1.Checkpoints("base")];
        string newest = checkpoints[^1];
        string damaged = Directory.GetFiles(newest).MaxBy(path => new FileInfo(path).Length)!;
        using (FileStream stream = File.OpenWrite(damaged)) stream.SetLength(stream.Length / 2);
        Assert.Equal(1, (await r1.RunAsync("checkpoints", "verify", await r1.NewestRunAsync())).ExitCode);

        await r1.SucceedAsync("resume", await r1.NewestRunAsync());

        long previous = StepOf(checkpoints[^2]);
        Assert.Equal(previous, (await r1.StageAsync("base")).GetProperty("resumed_from")[0].GetInt64());
        string logs = (await r1.SucceedAsync("logs", await r1.NewestRunAsync(), "base")).Output;
        Assert.Contains(Path.GetFileName(damaged), logs, StringComparison.Ordinal);
        Assert.DoesNotContain("of pipeline tiny", logs, StringComparison.Ordinal);
        string ofTheRun = (await r1.SucceedAsync("logs", await r1.NewestRunAsync())).Output;
        Assert.Contains("of pipeline tiny starts", ofTheRun, StringComparison.Ordinal);
        Assert.Contains("of pipeline tiny goes on", ofTheRun, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancel_RunningRun_EndsItAndKeepsItsCheckpoints()
    {
        string file = _folder.Write("tiny.yaml", TinyPipeline.Text(rows: 16000));
        R1 r1 = _folder.State();
        await using R1Process process = r1.Start("run", file);
        Assert.True(await r1.WaitForCheckpointAsync(process, "base"));

        await r1.SucceedAsync("cancel", await r1.NewestRunAsync());

        Assert.Equal(1, (await process.WaitAsync(Watchdog)).ExitCode);
        Assert.Equal("cancelled", (await r1.StatusAsync()).GetProperty("state").GetString());
        Assert.NotEmpty(r1.Checkpoints("base"));
    }

    [Fact]
    public async Task Resume_FromAStageWhoseOlderCheckpointsAreGone_ComputesItAgain()
    {
        var r1 = new R1(_folder.State().State) { Worker = R1.CountingWorker };
        await r1.SucceedAsync("run", CountingPipeline.Write(_folder, steps: 1, waitMilliseconds: 0), "--set", "stages.quick.with.checkpoint-every-steps=1");
        IReadOnlyDictionary<string, string> before = await r1.HashesAsync();
        Assert.Equal(2, r1.Checkpoints("quick").Count());

        await r1.SucceedAsync("resume", await r1.NewestRunAsync(), "--from", "quick");

        Assert.Equal(before, await r1.HashesAsync());
        Assert.Equal(10, (await r1.StageAsync("quick")).GetProperty("steps_executed").GetInt64());
    }

    private static async Task AssertResumedAsync(R1 r1, string stage)
    {
        JsonElement status = await r1.StageAsync(stage);
        long planned = status.GetProperty("steps_planned").GetInt64();
        Assert.Equal("done", status.GetProperty("state").GetString());
        Assert.Equal(planned, status.GetProperty("steps_done").GetInt64());
        Assert.True(status.GetProperty("resumed_from")[0].GetInt64() > 0, status.ToString());
        Assert.True(status.GetProperty("steps_executed").GetInt64() < 2 * planned, status.ToString());

        IReadOnlyList<JsonElement> metrics = await r1.JsonAsync("metrics", await r1.NewestRunAsync(), "--stage", stage);
        Assert.Equal(Enumerable.Range(1, (int)planned).Select(step => (long)step), metrics.Select(line => line.GetProperty("step").GetInt64()));
    }

    private static async Task WaitForStepsAsync(R1 r1, R1Process process)
    {
        using var timeout = new CancellationTokenSource(Watchdog);
        Assert.True(await r1.WaitForAttemptAsync(process, "base"));
        while ((await r1.StageAsync("base")).GetProperty("steps_done").GetInt64() == 0) await Task.Delay(TimeSpan.FromMilliseconds(100), timeout.Token);
    }

    private static long StepOf(string checkpoint) => long.Parse(Path.GetFileName(checkpoint).Split('-')[1]);
}
