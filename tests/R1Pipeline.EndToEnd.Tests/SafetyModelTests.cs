using System.Text.Json;
using R1Pipeline.EndToEnd.Tests.Harness;

namespace R1Pipeline.EndToEnd.Tests;

/// <summary>A pointwise reward model in a run whose worker is killed: the same bits as one that nobody touched.</summary>
public sealed class SafetyModelTests : IDisposable
{
    private static readonly TimeSpan Watchdog = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task KillNine_OfTheWorkerInAPointwiseRewardModel_EndsWithTheSameBits()
    {
        _folder.Write("labels.jsonl", string.Concat(Enumerable.Range(0, 300).Select(i =>
            $$"""{"prompt": "tell me about the {{(i % 3 == 0 ? "cat" : "dog")}} .", "response": "<think> the user asks . </think> <answer> {{(i % 2 == 0 ? "the cat is nice ." : "go away .")}} </answer>", "label": "{{(i % 2 == 0 ? "safe" : "unsafe")}}"}""" + "\n")));
        string file = _folder.Write("safety.yaml", """
            name: safety
            seed: 3
            data:
              corpus: { generate: addition, split: corpus, rows: 32 }
              labels: { path: labels.jsonl }
            stages:
              base:
                uses: pretraining
                data: [corpus]
                with: { tokenizer: addition, batch-size: 16, model: { hidden-size: 48, num-layers: 2, intermediate-size: 128 } }
              safety-rm:
                uses: reward-modeling
                model: base
                data: [labels]
                with: { objective: pointwise, epochs: 3, batch-size: 16, held-out-pairs: 60, learning-rate: 2e-3, checkpoint-every-steps: 10 }
            """);
        var whole = new R1(Path.Combine(_folder.Path, "whole"));
        await whole.SucceedAsync("run", file);
        R1 killed = _folder.State();
        await using R1Process process = killed.Start("run", file);
        Assert.True(await killed.WaitForCheckpointAsync(process, "safety-rm"));

        R1Process.Kill(Assert.Single(process.Children));
        Ended ended = await process.WaitAsync(Watchdog);

        Assert.True(ended.ExitCode == 0, ended.Error);
        JsonElement stage = await killed.StageAsync("safety-rm");
        Assert.Equal(2, stage.GetProperty("attempts").GetInt32());
        Assert.True(stage.GetProperty("resumed_from")[0].GetInt64() > 0);
        Assert.Equal(await whole.HashesAsync(), await killed.HashesAsync());
        Assert.Equal(1, stage.GetProperty("metrics").GetProperty("auc").GetDouble());
        Assert.Equal(240, stage.GetProperty("metrics").GetProperty("training_responses").GetInt32());
        Assert.Empty(stage.GetProperty("alarms").EnumerateArray());
    }
}
