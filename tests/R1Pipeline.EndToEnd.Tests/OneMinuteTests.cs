using System.Text.Json;
using R1Pipeline.EndToEnd.Tests.Harness;

namespace R1Pipeline.EndToEnd.Tests;

/// <summary>The whole chain in small: its contracts and its reuse. That killing it anywhere changes no byte of what it makes, <see cref="TortureTests"/> show.</summary>
[Collection(OneMinuteCollection.Name)]
public sealed class OneMinuteTests(OneMinute chain)
{
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

    private static async Task<IReadOnlyList<JsonElement>> PlannedAsync(R1 r1, params string[] options) =>
        [.. Assert.Single(await r1.JsonAsync(["plan", OneMinute.File, .. options])).GetProperty("stages").EnumerateArray()];

    private static string[] NotCached(IEnumerable<JsonElement> stages) =>
        [.. stages.Where(stage => !stage.GetProperty("cached").GetBoolean()).Select(stage => stage.GetProperty("name").GetString()!)];
}
