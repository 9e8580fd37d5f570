using System.Text.Json;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Rewards.Grading;
using R1Pipeline.Rewards.Judging;

namespace R1Pipeline.Tests.Rewards.Judging;

/// <summary>The judge against a real listener: what it makes of good and bad answers, what it asks, what it keeps, what it pays.</summary>
public sealed class JudgeTests : IDisposable
{
    private const string Key = "sk-test-0123456789abcdef";

    private readonly string _folder = Directory.CreateTempSubdirectory("r1-judge-").FullName;

    private string CachePath => Path.Combine(_folder, "judgements.jsonl");

    public static TheoryData<string> BadBodies =>
    [
        "", "{", "null", "[]", "\"text\"", "<html></html>", """{"choices": []}""", """{"choices": null}""", """{"choices": [{}]}""", """{"object": "error"}""",
        JudgeAnswer.Reply("").Body,
        JudgeAnswer.Reply("""{"correctness": "perhaps"}""").Body,
        JudgeAnswer.Reply("""{"correctness": "correct"}""", "length").Body,
        JudgeAnswer.Correct(true).Body.Replace("\"prompt_tokens\":1", "\"prompt_tokens\":1e400", StringComparison.Ordinal),
        JudgeAnswer.Correct(true).Body.Replace("\"created\":1", "\"created\":NaN", StringComparison.Ordinal),
        JudgeAnswer.Correct(true).Body.Replace("\"created\":1", "\"created\":\"now\"", StringComparison.Ordinal),
    ];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Ask_GoodEndpoint_GivesTheVerdictAndSendsWhatWasAsked()
    {
        await using var server = new JudgeServer(call => JudgeAnswer.Correct(call.Prompt.Contains("Paris", StringComparison.Ordinal)));
        using Judge judge = Open(Options(server) with { KeyEnv = "JUDGE_KEY", MaxTokens = 77 });

        IReadOnlyList<Judgement> judged = judge.AskAll([Question("Paris"), Question("Rome")]);

        Assert.Equal([1.0, 0.0], judged.Select(judgement => judgement.Outcome.Value));
        Assert.Equal("compared", judged[0].Analysis);
        Assert.Equal(2, server.Calls.Count);
        JudgeCall call = server.Calls[0];
        Assert.Equal("POST /v1/chat/completions HTTP/1.1", call.Line);
        Assert.Equal($"Bearer {Key}", call.Authorization);
        Assert.Equal("judge-model-1", call.Body.GetProperty("model").GetString());
        Assert.Equal(0, call.Body.GetProperty("temperature").GetDouble());
        Assert.Equal(77, call.Body.GetProperty("max_completion_tokens").GetInt32());
        Assert.Contains("capital of France", call.Prompt, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task Ask_BadBody_FailsAndIsNotAskedAgain(string body)
    {
        await using var server = new JudgeServer(_ => new JudgeAnswer(200, body));
        using Judge judge = Open(Options(server));

        RewardOutcome outcome = judge.AskAll([Question("Paris")])[0].Outcome;

        Assert.Null(outcome.Value);
        Assert.NotNull(outcome.Error);
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task Ask_TooManyRequests_WaitsAsLongAsTheEndpointSays()
    {
        await using var server = new JudgeServer(call => call.Number == 1 ? new JudgeAnswer(429, "{}") { Header = "Retry-After: 1\r\n" } : JudgeAnswer.Correct(true));
        using Judge judge = Open(Options(server) with { RetryDelaySeconds = 0.001 });
        long began = TimeProvider.System.GetTimestamp();

        Assert.Equal(1, judge.AskAll([Question("Paris")])[0].Outcome.Value);

        Assert.True(TimeProvider.System.GetElapsedTime(began) >= TimeSpan.FromMilliseconds(990), "the pause that the endpoint asked for was cut short");
        Assert.Equal(2, server.Calls.Count);
    }

    [Fact]
    public async Task Ask_FailingServer_IsTriedAgainUntilTheRetriesAreUsedUp()
    {
        await using var server = new JudgeServer(call => call.Number <= 3 ? new JudgeAnswer(500, """{"error": {"message": "overloaded"}}""") : JudgeAnswer.Correct(true));
        using Judge patient = Open(Options(server) with { Retries = 3 });
        Assert.Equal(1, patient.AskAll([Question("Paris")])[0].Outcome.Value);
        Assert.Equal(4, server.Calls.Count);

        await using var broken = new JudgeServer(_ => new JudgeAnswer(503, ""));
        using Judge tired = Open(Options(broken) with { Retries = 2 });
        RewardOutcome outcome = tired.AskAll([Question("Paris")])[0].Outcome;
        Assert.Contains("503", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(3, broken.Calls.Count);
    }

    [Fact]
    public async Task Ask_BadRequest_FailsAtOnce()
    {
        await using var server = new JudgeServer(_ => new JudgeAnswer(400, """{"error": {"message": "too long"}}"""));
        using Judge judge = Open(Options(server));

        Assert.Contains("400", judge.AskAll([Question("Paris")])[0].Outcome.Error, StringComparison.Ordinal);
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task Ask_HangingServer_TimesOut()
    {
        await using var server = new JudgeServer(_ => JudgeAnswer.Correct(true) with { Delay = TimeSpan.FromMinutes(5) });
        using Judge judge = Open(Options(server) with { TimeoutSeconds = 0.2, Retries = 1 });

        Assert.Contains("0.2 s", judge.AskAll([Question("Paris")])[0].Outcome.Error, StringComparison.Ordinal);
        Assert.Equal(2, server.Calls.Count);
    }

    [Fact]
    public async Task Ask_ConnectionResetInTheMiddleOfTheBody_IsTriedAgain()
    {
        await using var server = new JudgeServer(call => JudgeAnswer.Correct(true) with { MissingBytes = call.Number < 3 ? 100 : 0 });
        using Judge judge = Open(Options(server));

        Assert.Equal(1, judge.AskAll([Question("Paris")])[0].Outcome.Value);
        Assert.Equal(3, server.Calls.Count);
    }

    [Fact]
    public void Ask_NobodyListens_Fails()
    {
        using Judge judge = Open(new JudgeOptions { Endpoint = "http://127.0.0.1:9/v1", Model = "m", Retries = 1, RetryDelaySeconds = 0.001 });

        Assert.Contains("connection", judge.AskAll([Question("Paris")])[0].Outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_BodyWithoutEnd_IsCutOff()
    {
        await using var server = new JudgeServer(_ => JudgeAnswer.Reply(new string('x', 6_000_000)));
        using Judge judge = Open(Options(server));

        Assert.Contains("bytes", judge.AskAll([Question("Paris")])[0].Outcome.Error, StringComparison.Ordinal);
        Assert.Single(server.Calls);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    public async Task Ask_EndpointThatRefusesEverything_EndsTheCallerWithoutTheKey(int status)
    {
        await using var server = new JudgeServer(call => new JudgeAnswer(status, JsonSerializer.Serialize(new { error = new { message = $"wrong: {call.Authorization}" } })));
        using Judge judge = Open(Options(server) with { KeyEnv = "JUDGE_KEY" }, CachePath);

        var failure = Assert.Throws<StageFailedException>(() => judge.AskAll([Question("Paris"), Question("Rome")]));

        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.Contains("JUDGE_KEY", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, failure.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, new FileInfo(CachePath).Length);
    }

    [Fact]
    public async Task Ask_EndpointThatSaysTheKeyBack_ItStandsNowhere()
    {
        await using var server = new JudgeServer(call => call.Number % 2 == 0
            ? new JudgeAnswer(400, JsonSerializer.Serialize(new { error = new { message = new string('.', 90) + call.Authorization } }))
            : JudgeAnswer.Reply($"{{\"analysis\": \"{call.Authorization}\", \"correctness\": \"correct\"}}"));
        using (Judge judge = Open(Options(server) with { KeyEnv = "JUDGE_KEY", Concurrency = 1 }, CachePath))
        {
            IReadOnlyList<Judgement> judged = judge.AskAll([Question("Paris"), Question("Rome")]);
            Assert.All(judged, judgement => Assert.DoesNotContain("sk-test", $"{judgement.Analysis}{judgement.Outcome.Error}", StringComparison.Ordinal));
            Assert.Contains(judged, judgement => judgement.Analysis == "Bearer ***");
        }

        Assert.DoesNotContain("sk-test", await File.ReadAllTextAsync(CachePath, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("two\nlines")]
    public void Open_KeyMissingOrImpossible_IsRefusedByTheVariablesName(string? key)
    {
        var options = new JudgeOptions { Endpoint = "http://127.0.0.1:9/v1", Model = "m", KeyEnv = "JUDGE_KEY" };

        var failure = Assert.Throws<StageFailedException>(() => Judge.AtEndpoint(options, _ => key));

        Assert.Contains("JUDGE_KEY", failure.Message, StringComparison.Ordinal);
        if (key?.Length > 0) Assert.DoesNotContain(key, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_SecondRun_TakesEverythingFromTheFileFailuresToo()
    {
        await using var server = new JudgeServer(call => call.Prompt.Contains("Rome", StringComparison.Ordinal) ? new JudgeAnswer(400, "{}") : JudgeAnswer.Correct(true));
        JudgeQuestion[] questions = [Question("Paris"), Question("Rome"), Question("Paris")];
        using (Judge first = Open(Options(server), CachePath)) AssertJudged(first);
        Assert.Equal(2, server.Calls.Count);
        byte[] kept = await File.ReadAllBytesAsync(CachePath, TestContext.Current.CancellationToken);

        using (Judge second = Open(Options(server), CachePath)) AssertJudged(second);
        using (Judge third = Judge.AtEndpoint(Options(server), _ => null, Path.Combine(_folder, "later.jsonl"), CachePath)) AssertJudged(third);

        Assert.Equal(2, server.Calls.Count);
        Assert.Equal(kept, await File.ReadAllBytesAsync(CachePath, TestContext.Current.CancellationToken));

        void AssertJudged(Judge judge) => Assert.Equal([1.0, null, 1.0], judge.AskAll(questions).Select(judgement => judgement.Outcome.Value));
    }

    [Fact]
    public async Task Ask_FileWhoseWriterDied_LosesOnlyTheLastLine()
    {
        await using var server = new JudgeServer(_ => JudgeAnswer.Correct(true));
        using (Judge first = Open(Options(server) with { Concurrency = 1 }, CachePath)) first.AskAll([Question("Paris"), Question("Rome")]);
        using (FileStream file = File.OpenWrite(CachePath)) file.SetLength(file.Length - 5);

        using (Judge second = Open(Options(server), CachePath)) second.AskAll([Question("Paris"), Question("Rome"), Question("Oslo")]);

        Assert.Equal(4, server.Calls.Count);
        Assert.Equal(3, File.ReadLines(CachePath).Count());
    }

    [Fact]
    public async Task Ask_AnotherModelOrPrompt_IsAnotherText()
    {
        await using var server = new JudgeServer(_ => JudgeAnswer.Correct(true));
        JudgeOptions options = Options(server);
        foreach (JudgeOptions asked in new[] { options, options with { Model = "other" }, options with { Prompt = "{question} {reference} {candidate}" }, options with { MaxTokens = 9 }, options with { Concurrency = 2 } })
        {
            using Judge judge = Open(asked, CachePath);
            Assert.Equal(1, judge.AskAll([Question("Paris")])[0].Outcome.Value);
        }

        Assert.Equal(4, server.Calls.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task Ask_BudgetSpent_RefusesTheLaterTextsHoweverManyAreUnderWay(int concurrency)
    {
        await using var server = new JudgeServer(call => JudgeAnswer.Correct(true) with { Delay = TimeSpan.FromMilliseconds(call.Number % 3 * 20) });
        JudgeQuestion[] questions = [Question("a"), Question("b"), Question("a"), Question("c"), Question("d"), Question("b")];
        JudgeOptions options = Options(server) with { MaxRequests = 3, Concurrency = concurrency };
        // A first attempt that died with one of the later texts judged: the same texts are refused.
        using (Judge first = Open(options, CachePath)) first.AskAll([questions[3]]);

        using Judge judge = Open(options, CachePath);
        IReadOnlyList<Judgement> judged = judge.AskAll(questions);

        Assert.Equal([1.0, 1.0, 1.0, 1.0, null, 1.0], judged.Select(judgement => judgement.Outcome.Value));
        Assert.Contains("max-requests", judged[4].Outcome.Error, StringComparison.Ordinal);
        Assert.Equal(3, server.Calls.Count);
    }

    [Fact]
    public async Task Ask_TokensSpent_CountBeforeTheyAreAsked()
    {
        await using var server = new JudgeServer(_ => JudgeAnswer.Correct(true));
        JudgeOptions options = Options(server) with { Prompt = "{question}{reference}{candidate}", MaxTokens = 100, MaxSpentTokens = 450 };
        using Judge judge = Open(options, CachePath);

        IReadOnlyList<Judgement> judged = judge.AskAll([Question("a"), Question(new string('b', 3000)), Question("c")]);

        Assert.Equal([1.0, null, 1.0], judged.Select(judgement => judgement.Outcome.Value));
        Assert.Contains("max-spent-tokens", judged[1].Outcome.Error, StringComparison.Ordinal);
        using Judge resumed = Open(options, CachePath);
        Assert.Null(resumed.AskAll([Question("d")])[0].Outcome.Value);
        Assert.Equal(2, server.Calls.Count);
    }

    [Fact]
    public async Task Ask_RequestsPerMinute_AreSpreadAndSoManyAtOnceAreUnderWay()
    {
        await using var server = new JudgeServer(_ => JudgeAnswer.Correct(true) with { Delay = TimeSpan.FromMilliseconds(30) });
        using (Judge judge = Open(Options(server) with { Concurrency = 2 })) judge.AskAll(Enumerable.Range(0, 12).Select(i => Question($"{i}")));
        Assert.Equal(2, server.MostAtOnce);

        using Judge slow = Open(Options(server) with { RequestsPerMinute = 600 });
        long began = TimeProvider.System.GetTimestamp();
        slow.AskAll(Enumerable.Range(0, 6).Select(i => Question($"{i}")));
        Assert.True(TimeProvider.System.GetElapsedTime(began) >= TimeSpan.FromMilliseconds(400), "six requests passed faster than ten a second");
        Assert.Equal(18, server.Calls.Count);
    }

    [Fact]
    public async Task JudgeRow_Pair_IsJudgedInBothOrdersAndAveraged()
    {
        // Likes whatever is shown first a little, and the longer one a lot.
        await using var server = new JudgeServer(call => JudgeAnswer.Reply(
            call.Prompt.IndexOf("long answer", StringComparison.Ordinal) < call.Prompt.IndexOf("short", StringComparison.Ordinal) ? """{"verdict":"A>>B"}""" : """{"verdict":"B>A"}"""));
        using Judge judge = Open(Options(server));
        using JsonDocument row = JsonDocument.Parse("""{"id": 1, "prompt": "why?", "a": "short", "b": "a long answer"}""");

        var judged = await JudgeRows.JudgeAsync(row.RootElement, JudgeKind.Pairwise, judge, 4, minGap: 1);

        Assert.Equal("b", judged["preference"]!.GetValue<string>());
        Assert.Equal(-1.5, judged["gap"]!.GetValue<double>());
        Assert.Equal("[-1,-2,-1,-2]", judged["verdicts"]!.ToJsonString());
        var pair = JudgeRows.Pair(row.RootElement, judged)!;
        Assert.Equal("a long answer", pair["chosen"]!.GetValue<string>());
        Assert.Equal("short", pair["rejected"]!.GetValue<string>());
        Assert.Null(JudgeRows.Pair(row.RootElement, await JudgeRows.JudgeAsync(row.RootElement, JudgeKind.Pairwise, judge, 2, minGap: 1.5)));
    }

    [Fact]
    public async Task JudgeRow_OneOrderFails_ThePairFails()
    {
        await using var server = new JudgeServer(call => call.Prompt.IndexOf("first", StringComparison.Ordinal) < call.Prompt.IndexOf("second", StringComparison.Ordinal) ? JudgeAnswer.Reply("""{"verdict":"A>>B"}""") : JudgeAnswer.Reply("no idea"));
        using Judge judge = Open(Options(server));
        using JsonDocument row = JsonDocument.Parse("""{"id": 1, "prompt": "why?", "a": "first", "b": "second"}""");

        var judged = await JudgeRows.JudgeAsync(row.RootElement, JudgeKind.Pairwise, judge, 2, minGap: 1);

        Assert.Null(judged["preference"]);
        Assert.Contains("no idea", judged["reason"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Null(JudgeRows.Pair(row.RootElement, judged));
    }

    private static JudgeQuestion Question(string candidate) => JudgeQuestion.Correctness("What is the capital of France?", "the capital", candidate);

    private static JudgeOptions Options(JudgeServer server) => new() { Endpoint = server.Endpoint, Model = "judge-model-1", RetryDelaySeconds = 0.01, TimeoutSeconds = 20 };

    private static Judge Open(JudgeOptions options, string? path = null) => Judge.AtEndpoint(options, name => name == "JUDGE_KEY" ? Key : null, path);
}
