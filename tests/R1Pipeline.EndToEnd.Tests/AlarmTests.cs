using System.Text.Json;
using R1Pipeline.EndToEnd.Tests.Harness;

namespace R1Pipeline.EndToEnd.Tests;

/// <summary>An alarm of an RL stage is seen wherever somebody looks.</summary>
public sealed class AlarmTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_AlarmRaised_StandsInMetricsLogsStatusWatchAndReport()
    {
        // Every spread is below this limit, so the alarm is raised for certain, in every iteration.
        string file = _folder.Write("alarm.yaml", """
            name: alarm
            seed: 3
            data:
              corpus:   { generate: addition, split: corpus, rows: 32 }
              problems: { generate: addition, split: problems, rows: 8 }
            stages:
              base:
                uses: pretraining
                data: [corpus]
                with: { tokenizer: addition, batch-size: 16, model: { hidden-size: 16, num-layers: 1, intermediate-size: 32 } }
              rl:
                uses: reasoning-rl
                model: base
                data: [problems]
                with:
                  {
                    iterations: 3, questions: 2, group-size: 2, minibatches: 1, max-new-tokens: 8, held-out-questions: 2, held-out-every-iterations: 1,
                    alarms: { window: 2, saturated-spread: 1000 }
                  }
            """);
        R1 r1 = _folder.State();
        await r1.SucceedAsync("run", file);
        string run = await r1.NewestRunAsync();
        const string meaning = "the part accuracy is the same for all outputs of a question";

        JsonElement alarm = (await r1.StageAsync("rl")).GetProperty("alarms").EnumerateArray().Single(alarm => alarm.GetProperty("name").GetString() == "saturated-accuracy");
        Assert.Equal((1, 3, 3), (alarm.GetProperty("first_iteration").GetInt32(), alarm.GetProperty("last_iteration").GetInt32(), alarm.GetProperty("num_iterations").GetInt32()));
        IReadOnlyList<JsonElement> metrics = await r1.JsonAsync("metrics", run, "--stage", "rl");
        Assert.All(metrics, step => Assert.Equal(step.GetProperty("spread_accuracy").GetDouble(), step.GetProperty("alarm_saturated_accuracy").GetDouble()));
        Assert.All(metrics, step => Assert.InRange(step.GetProperty("held_out_accuracy").GetDouble(), 0, 1));
        foreach (string command in new[] { "status", "watch" })
            Assert.Contains($"rl: alarm saturated-accuracy, 3 iterations from 1 to 3", (await r1.SucceedAsync(command, run)).Output, StringComparison.Ordinal);
        Assert.Contains(meaning, (await r1.SucceedAsync("logs", run, "rl")).Output, StringComparison.Ordinal);
        Assert.Contains(meaning, File.ReadAllText(Path.Combine(r1.State, "runs", run, "report.md")), StringComparison.Ordinal);
    }
}
