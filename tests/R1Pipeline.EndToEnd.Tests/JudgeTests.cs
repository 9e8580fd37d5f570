using System.Text.Json;
using R1Pipeline.EndToEnd.Tests.Harness;
using R1Pipeline.Tests.Rewards.Judging;

namespace R1Pipeline.EndToEnd.Tests;

/// <summary>A run whose rewards come from an endpoint, and <c>r1 grade judge</c>: real processes, a real listener.</summary>
public sealed class JudgeTests : IDisposable
{
    private const string Key = "sk-end-to-end-0123456789";
    private static readonly TimeSpan Watchdog = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_WorkerKilledWhileItIsToldVerdicts_AsksNothingTwiceEndsWithTheSameBitsAndKeepsTheKeyOut()
    {
        await using var server = new JudgeServer(call => JudgeAnswer.Reply($"{{\"score\": {call.Prompt.Aggregate(7, (sum, c) => (sum * 31 + c) & 0xFFFF) % 11}}}") with { Delay = TimeSpan.FromMilliseconds(50) });
        string file = Pipeline(server);
        R1 undisturbed = _folder.State("undisturbed"), killed = _folder.State("killed");
        Ended whole = await RunAsync(undisturbed, file);
        Assert.True(whole.ExitCode == 0, whole.Error);
        int numTexts = server.Calls.Count;
        Assert.True(numTexts >= 6, $"only {numTexts} texts were judged");

        await using R1Process process = Start(killed, file);
        Assert.True(await process.WaitForAsync(() => server.Calls.Count >= numTexts + numTexts / 2, Watchdog));
        R1Process.Kill(Assert.Single(process.Children));
        Ended ended = await process.WaitAsync(Watchdog);

        Assert.True(ended.ExitCode == 0, ended.Error);
        Assert.Equal(2, (await killed.StageAsync("rl")).GetProperty("attempts").GetInt32());
        Assert.Equal(await undisturbed.HashesAsync(), await killed.HashesAsync());
        // The one that was under way when the worker died had not been judged.
        string[] second = [.. server.Calls.Skip(numTexts).Select(call => call.Prompt)];
        Assert.InRange(second.Length, numTexts, numTexts + 1);
        Assert.Equal(numTexts, second.Distinct().Count());
        Assert.All(server.Calls, call => Assert.Equal($"Bearer {Key}", call.Authorization));
        foreach (string path in new[] { undisturbed, killed }.SelectMany(state => Directory.EnumerateFiles(state.State, "*", SearchOption.AllDirectories)))
            Assert.True((await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken)).AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(Key)) < 0, $"{path} holds the key");
    }

    [Fact]
    public async Task Validate_JudgesMistakes_AreNamedByLineAndKeyAndTheKeyIsNotRepeated()
    {
        string file = _folder.Write("bad.yaml", """
            name: bad
            seed: 1
            data: { talk: { generate: addition, split: general, rows: 8 } }
            stages:
              base: { uses: pretraining, data: [talk], with: { tokenizer: addition } }
              rl:
                uses: all-scenario-rl
                model: base
                data: [talk]
                with:
                  general-questions: 512
                  judge:
                    endpoint: api.example.com
                    key-env: sk-0123-secret
                    prompt: "Is {question} good?"
                    retries: -1
                    api-key: x
            """);

        Ended ended = await _folder.State().RunPlainAsync("validate", file);

        Assert.Equal(2, ended.ExitCode);
        foreach (string expected in new[] { "bad.yaml:13:", "bad.yaml:14:", "bad.yaml:15:", "bad.yaml:16:", "bad.yaml:17:", "'endpoint'", "'key-env'", "{candidate}", "'retries'", "'api-key'" })
            Assert.Contains(expected, ended.Output + ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-0123-secret", ended.Output + ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GradeJudge_Pairs_KeepsOrderNamesBadLinesAndWritesWhatRewardModelingReads()
    {
        // Prefers the text with 'good', strongly, and is late with every other answer.
        await using var server = new JudgeServer(call => JudgeAnswer.Reply($"{{\"verdict\":\"{Verdict(call.Prompt)}\"}}") with { Delay = TimeSpan.FromMilliseconds(call.Number % 2 * 40) });
        string rows = _folder.Write("rows.jsonl", string.Join('\n', Enumerable.Range(0, 9).Select(i => i switch
        {
            3 => "not json",
            5 => """{"id": 5, "prompt": "why?", "a": "x"}""",
            _ => JsonSerializer.Serialize(new { id = i, prompt = $"why {i}?", a = i % 2 == 0 ? "good" : "other", b = i % 2 == 0 ? "bad" : "another" }),
        })));
        string output = Path.Combine(_folder.Path, "out.jsonl"), pairs = Path.Combine(_folder.Path, "pairs.jsonl"), cache = Path.Combine(_folder.Path, "cache.jsonl");
        string[] command = ["grade", "judge", "--kind", "pairwise", "--endpoint", server.Endpoint, "--model", "m", "--in", rows, "--out", output, "--pairs", pairs, "--cache", cache];

        Ended ended = await _folder.State().RunPlainAsync(command);
        int numCalls = server.Calls.Count;
        string first = await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken);
        await _folder.State().RunPlainAsync(command);

        Assert.Equal(2, ended.ExitCode);
        Assert.Equal(14, numCalls);
        Assert.Equal(14, server.Calls.Count);
        Assert.Equal(first, await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken));
        JsonElement[] answers = [.. first.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["a", "draw", "a", null, "a", null, "a", "draw", "a"], answers.Select(answer => answer.TryGetProperty("preference", out JsonElement preference) ? preference.GetString() : null));
        Assert.Equal(4, answers[3].GetProperty("line").GetInt32());
        Assert.Contains("b", answers[5].GetProperty("error").GetString(), StringComparison.Ordinal);
        string[] kept = await File.ReadAllLinesAsync(pairs, TestContext.Current.CancellationToken);
        Assert.Equal(5, kept.Length);
        Assert.Equal("""{"id":0,"prompt":"why 0?","chosen":"good","rejected":"bad"}""", kept[0]);
        string pipeline = _folder.Write("rm.yaml", """
            name: rm
            seed: 1
            data: { pairs: { path: pairs.jsonl }, corpus: { generate: addition, split: corpus, rows: 16 } }
            stages:
              base: { uses: pretraining, data: [corpus], with: { tokenizer: addition } }
              rm: { uses: reward-modeling, model: base, data: [pairs] }
            """);
        await _folder.State().SucceedAsync("validate", pipeline);
    }

    private static string Verdict(string prompt)
    {
        int good = prompt.IndexOf("good", StringComparison.Ordinal);
        return good < 0 ? "A>B" : good < prompt.IndexOf("bad", StringComparison.Ordinal) ? "A>>B" : "B>>A";
    }

    private string Pipeline(JudgeServer server)
    {
        string[] topics = ["cat", "dog", "tea", "rain"];
        _folder.Write("talk.jsonl", string.Join('\n', Enumerable.Range(0, 8).Select(i => JsonSerializer.Serialize(new
        {
            prompt = $"tell me about the {topics[i % 4]} .",
            response = $"<think> the user asks about the {topics[i % 4]} . </think> <answer> the {topics[i % 4]} is {(i < 4 ? "nice" : "very warm")} . </answer>",
        }))));
        return _folder.Write("judged.yaml", $$"""
            name: judged
            seed: 3
            data: { talk: { path: talk.jsonl } }
            stages:
              base:
                uses: pretraining
                data: [talk]
                with: { tokenizer: addition, batch-size: 8, epochs: 60, learning-rate: 2e-2, model: { init-std: 0.08, hidden-size: 32, num-layers: 1, num-heads: 2, num-kv-heads: 1, intermediate-size: 64, context-tokens: 128 } }
              rl:
                uses: all-scenario-rl
                model: base
                data: [talk]
                with:
                  {
                    iterations: 3, questions: 2, general-questions: 2, group-size: 4, minibatches: 1, max-new-tokens: 32, learning-rate: 1e-4, max-logprob-drift: 1, checkpoint-every-steps: 1,
                    judge: { endpoint: "{{server.Endpoint}}", model: m, key-env: R1_TEST_JUDGE_KEY, concurrency: 1, prompt: "Rate {candidate} for {question}" }
                  }
            """);
    }

    private static R1Process Start(R1 r1, string file) => r1.Start(R1.Executable, ["run", file, "--state", r1.State], ("R1_TEST_JUDGE_KEY", Key));

    private static async Task<Ended> RunAsync(R1 r1, string file)
    {
        await using R1Process process = Start(r1, file);
        return await process.WaitAsync(Watchdog);
    }
}
