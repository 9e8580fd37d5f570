using System.Text.Json;
using R1Pipeline.EndToEnd.Tests.Harness;

namespace R1Pipeline.EndToEnd.Tests;

/// <summary>A training that really diverges is stopped before the update that would spoil the model, and nothing of that step is kept.</summary>
public sealed class DivergenceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_FiguresBecomeNonFinite_StopsBeforeTheUpdateAndKeepsTheLastGoodCheckpoint()
    {
        string file = _folder.Write("tiny.yaml", TinyPipeline.Text(baseOptions: "checkpoint-every-steps: 5"));
        R1 r1 = _folder.State();
        // Every step multiplies the weights by 1 - rate · decay: by some -9, until fp32 ends.
        string[] diverging = ["run", file, "--set", "stages.base.with.learning-rate=1", "--set", "stages.base.with.weight-decay=10"];

        Ended ended = await r1.RunAsync(diverging);

        Assert.Equal(1, ended.ExitCode);
        JsonElement stage = await r1.StageAsync("base");
        Assert.Equal(("failed", 1, "numeric-guard"), (stage.GetProperty("state").GetString(), stage.GetProperty("attempts").GetInt32(), stage.GetProperty("failure").GetString()));
        string message = stage.GetProperty("message").GetString()!;
        Assert.Matches(@"^step \d+: the (loss|gradient norm) is (NaN|∞|-∞); stopped before the update\. ", message);
        Assert.Contains($"base: {message}", ended.Error, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, stage.GetProperty("artifact").ValueKind);

        // What is left is the last checkpoint before that step, good, and the figures up to it.
        string run = await r1.NewestRunAsync();
        long poisoned = long.Parse(message.Split(' ', ':')[1]), good = (poisoned - 1) / 5 * 5;
        Assert.True(good > 0, message);
        Assert.Equal(good, (await r1.JsonAsync("checkpoints", "list", run))[^1].GetProperty("step").GetInt64());
        await r1.SucceedAsync("checkpoints", "verify", run);
        IReadOnlyList<JsonElement> metrics = await r1.JsonAsync("metrics", run);
        Assert.Equal(Enumerable.Range(1, (int)good), metrics.Select(line => line.GetProperty("step").GetInt32()));
        Assert.All(metrics, line => Assert.True(double.IsFinite(line.GetProperty("loss").GetDouble())));

        // Whoever changes nothing gets the same answer, from that checkpoint on.
        Assert.Equal(1, (await r1.RunAsync(diverging)).ExitCode);
        JsonElement again = await r1.StageAsync("base");
        Assert.Equal((message, $"[{good}]"), (again.GetProperty("message").GetString(), again.GetProperty("resumed_from").GetRawText()));
    }
}
