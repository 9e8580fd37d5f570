using System.Text.Json;
using R1Pipeline.EndToEnd.Tests.Harness;

namespace R1Pipeline.EndToEnd.Tests;

/// <summary>The whole chain in small: its contracts, its reuse, and that killing it anywhere changes no byte of what it makes.</summary>
[Collection(OneMinuteCollection.Name)]
public sealed class OneMinuteTests(OneMinute chain, ITestOutputHelper output)
{
    private const int NumKills = 20;
    private static readonly TimeSpan Watchdog = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Run_Undisturbed_StatusKeepsItsContract()
    {
        JsonElement status = await chain.Undisturbed.StatusAsync();

        Assert.Equal("one-minute", status.GetProperty("pipeline").GetString());
        Assert.Equal("done", status.GetProperty("state").GetString());
        Assert.Equal(JsonValueKind.Null, status.GetProperty("owner_pid").ValueKind);
        foreach (JsonElement stage in status.GetProperty("stages").EnumerateArray())
        {
            Assert.Equal("done", stage.GetProperty("state").GetString());
            Assert.Equal(stage.GetProperty("steps_planned").GetInt64(), stage.GetProperty("steps_done").GetInt64());
            Assert.Equal(stage.GetProperty("name").GetString() == "base", stage.GetProperty("cached").GetBoolean());
            Assert.True(Directory.Exists(stage.GetProperty("artifact").GetProperty("path").GetString()));
            Assert.Equal(64, stage.GetProperty("artifact").GetProperty("sha256").GetString()!.Length);
            foreach (JsonElement account in stage.GetProperty("data").EnumerateArray())
            {
                long refused = account.GetProperty("refused").EnumerateObject().Sum(reason => reason.Value.GetInt64());
                Assert.Equal(account.GetProperty("read").GetInt64(), account.GetProperty("used").GetInt64() + account.GetProperty("not_drawn").GetInt64() + refused);
            }
        }

        JsonElement figures = (await chain.Undisturbed.StageAsync("report")).GetProperty("metrics").GetProperty("models").GetProperty("all-scenario-rl").GetProperty("addition-k16");
        foreach (string name in new[] { "temperature", "pass_at_1", "ci_low", "ci_high", "loose_pass_at_1", "k", "pass_at_k", "cons_at_k", "num_problems", "num_samples", "format_rate", "mixing_rate", "reflective_rate", "mean_tokens" })
        {
            Assert.Equal(JsonValueKind.Number, figures.GetProperty(name).ValueKind);
        }
        Assert.Equal(16, figures.GetProperty("k").GetInt32());
    }

    [Fact]
    public async Task Run_Undisturbed_MetricsRolloutsAndReportAreThere()
    {
        R1 r1 = chain.Undisturbed;
        string run = await r1.NewestRunAsync();

        IReadOnlyList<JsonElement> metrics = await r1.JsonAsync("metrics", run, "--stage", "reasoning-rl");
        long planned = (await r1.StageAsync("reasoning-rl")).GetProperty("steps_planned").GetInt64();
        Assert.Equal(Enumerable.Range(1, (int)planned).Select(step => (long)step), metrics.Select(line => line.GetProperty("step").GetInt64()));
        Assert.All(metrics, line => Assert.Equal("reasoning-rl", line.GetProperty("stage").GetString()));

        IReadOnlyList<JsonElement> rollouts = await r1.JsonAsync("rollouts", run, "--stage", "reasoning-rl", "--step", "3");
        Assert.Equal(32, rollouts.Count);
        foreach (JsonElement rollout in rollouts)
        {
            Assert.Equal(rollout.GetProperty("output_ids").GetArrayLength(), rollout.GetProperty("logprobs").GetArrayLength());
            Assert.Equal(rollout.GetProperty("rewards").EnumerateObject().Sum(part => part.Value.GetDouble()), rollout.GetProperty("total").GetDouble(), 1e-6);
            Assert.Contains(rollout.GetProperty("finish_reason").GetString(), new[] { "stop", "length" });
            Assert.Equal(2, rollout.GetProperty("iteration").GetInt64());
            Assert.Equal(rollout.GetProperty("rewards").GetProperty("accuracy").GetDouble() == 1, rollout.GetProperty("verdict").GetString() == "correct");
        }
        Ended exported = await r1.SucceedAsync("rollouts", run, "--stage", "reasoning-rl", "--step", "3", "--parquet", Path.Combine(r1.State, "rollouts.parquet"));
        Assert.Contains("32 rollouts", exported.Error, StringComparison.Ordinal);
        Assert.Equal("PAR1"u8.ToArray(), (await File.ReadAllBytesAsync(Path.Combine(r1.State, "rollouts.parquet")))[..4]);

        string html = await File.ReadAllTextAsync(Path.Combine(r1.State, "runs", run, "report.html"));
        string markdown = await File.ReadAllTextAsync(Path.Combine(r1.State, "runs", run, "report.md"));
        Assert.Contains("<svg", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Dev2 (reasoning-rl)", markdown, StringComparison.Ordinal);
        Assert.Contains("sft trained on", markdown, StringComparison.Ordinal);
        Assert.Contains("Sample outputs: reasoning-rl", markdown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Unchanged_ReusesEveryStage()
    {
        R1 r1 = chain.CopyUndisturbed("reuse");
        Assert.All(await PlannedAsync(r1), stage => Assert.True(stage.GetProperty("cached").GetBoolean(), stage.ToString()));

        await r1.SucceedAsync("run", OneMinute.File);

        JsonElement status = await r1.StatusAsync();
        Assert.All(status.GetProperty("stages").EnumerateArray(), stage => Assert.True(stage.GetProperty("cached").GetBoolean(), stage.ToString()));
        Assert.Equal(await chain.Undisturbed.HashesAsync(), await r1.HashesAsync());
    }

    [Fact]
    public async Task Run_AllScenarioRlEdited_OnlyItAndItsDependantsRunAndPlanSaidSo()
    {
        const string Edit = "stages.all-scenario-rl.with.learning-rate=2e-4";
        string[] expected = ["all-scenario-rl", "report"];
        R1 r1 = chain.CopyUndisturbed("edit");
        Assert.Equal(expected, NotCached(await PlannedAsync(r1, "--set", Edit)));

        await r1.SucceedAsync("run", OneMinute.File, "--set", Edit);

        Assert.Equal(expected, NotCached((await r1.StatusAsync()).GetProperty("stages").EnumerateArray()));
    }

    [Fact]
    public async Task Run_KilledAtTwentyRandomMoments_MakesTheSameBytes()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("R1_TEST_SEED"), out int given) ? given : Environment.ProcessId;
        output.WriteLine($"R1_TEST_SEED={seed} draws the same moments again");
        var random = new Random(seed);
        var durations = (await chain.Undisturbed.StatusAsync()).GetProperty("stages").EnumerateArray()
            .Where(stage => !stage.GetProperty("cached").GetBoolean())
            .ToDictionary(stage => stage.GetProperty("name").GetString()!, stage => stage.GetProperty("wall_seconds").GetDouble());

        // A moment that was drawn for one stage may fall into the next when the machine is faster than it was: then a run has fewer moments, and another run follows.
        int kills = 0;
        for (int number = 1; kills < NumKills; number++) kills += await RunKilledAsync(chain.FromBase($"killed-{number}"), durations, random);
    }

    /// <summary>One run, killed once in every stage and twice where rollouts and updates alternate, then compared. Returns how often it was killed.</summary>
    private async Task<int> RunKilledAsync(R1 r1, Dictionary<string, double> durations, Random random)
    {
        var left = durations.Keys.ToDictionary(stage => stage, stage => stage.EndsWith("-rl", StringComparison.Ordinal) || stage == "zero" ? 2 : 1);
        int kills = 0;
        while (await KillAsync(r1, left, durations, random)) kills++;
        await r1.SucceedAsync("run", OneMinute.File);

        // The last kill may have hit a run that was done already: then the command above made another one of cached stages.
        string killed = (await r1.JsonAsync("runs")).First(run => run.GetProperty("pipeline").GetString() == "one-minute").GetProperty("run").GetString()!;
        Assert.Equal(await chain.Undisturbed.HashesAsync(), await r1.HashesAsync(killed));
        JsonElement status = await r1.StatusAsync(killed);
        Assert.Equal("done", status.GetProperty("state").GetString());
        JsonElement[] stages = [.. status.GetProperty("stages").EnumerateArray()];
        foreach (JsonElement stage in stages) output.WriteLine($"{stage.GetProperty("name")}: {stage.GetProperty("attempts")} attempts, resumed from {stage.GetProperty("resumed_from")}, {stage.GetProperty("steps_executed")} steps executed of {stage.GetProperty("steps_planned")}");
        Assert.Contains(stages, stage => stage.GetProperty("resumed_from").EnumerateArray().Any(step => step.GetInt64() > 0));
        return kills;
    }

    /// <summary>
    /// Starts the run or goes on with it, waits until a stage that is still to be killed gets a worker, and kills the whole process tree some time later.
    /// False: no stage is left to be killed, or the run ended before.
    /// </summary>
    private async Task<bool> KillAsync(R1 r1, Dictionary<string, int> left, Dictionary<string, double> durations, Random random)
    {
        // Of stages that start together the shortest is waited for: the others are hit as well.
        var before = left.Where(stage => stage.Value > 0).OrderBy(stage => durations[stage.Key]).ToDictionary(stage => stage.Key, stage => Attempts(r1, stage.Key));
        if (before.Count == 0) return false;
        await using R1Process process = r1.Start("run", OneMinute.File);
        string? stage = null;
        await process.WaitForAsync(() => (stage = before.Keys.FirstOrDefault(name => Attempts(r1, name) > before[name])) is not null, Watchdog);
        if (stage is null) return false;

        // The first quarter of these short stages is the start of their worker; once a moment in it is drawn often enough, it teaches nothing more.
        double seconds = durations[stage] * (0.2 + (0.8 * random.NextDouble()));
        await Task.WhenAny(Task.Delay(TimeSpan.FromSeconds(seconds)), process.WaitAsync(Watchdog));
        if (process.HasExited) return false;
        await process.KillTreeAsync();
        output.WriteLine($"killed {seconds:0.00} s after {stage} got its worker");
        left[stage]--;
        return true;
    }

    private static int Attempts(R1 r1, string stage)
    {
        int attempt = 0;
        while (r1.AttemptFiles(stage, attempt + 1, "request.json").Any()) attempt++;
        return attempt;
    }

    private static async Task<IReadOnlyList<JsonElement>> PlannedAsync(R1 r1, params string[] options) =>
        [.. Assert.Single(await r1.JsonAsync(["plan", OneMinute.File, .. options])).GetProperty("stages").EnumerateArray()];

    private static string[] NotCached(IEnumerable<JsonElement> stages) =>
        [.. stages.Where(stage => !stage.GetProperty("cached").GetBoolean()).Select(stage => stage.GetProperty("name").GetString()!)];
}
