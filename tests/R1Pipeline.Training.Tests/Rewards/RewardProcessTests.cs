using System.Diagnostics;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Data.Chat;
using R1Pipeline.Data.Rows;
using R1Pipeline.Rewards;
using R1Pipeline.Rewards.Measuring;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Questions;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Training.Rollouts;
using R1Pipeline.Training.Tests.Stages.Models;

namespace R1Pipeline.Training.Tests.Rewards;

/// <summary>The rules in a real process of their own, which really hangs, crashes, runs out of memory and talks nonsense.</summary>
public sealed class RewardProcessTests
{
    private const AnswerFormat Format = AnswerFormat.ThinkAnswer;
    private const LanguageRule Rule = LanguageRule.WordList;

    [Fact]
    public void Measure_AnyOutput_IsWhatTheRulesSayInThisProcess()
    {
        RewardInput[] inputs = [Output("7"), Output("8") with { Gold = null, Must = ["the"], MustNot = ["no"] }, Output("一 个") with { Language = "zh" }, Output(new string('x', 200_000)), Output("") with { Finished = false }];
        Assert.Equal(inputs.Select(InThisProcess), RewardProcess.Shared.Measure(inputs, Format, Rule));
    }

    [Theory]
    [InlineData("hang", "did not end within 5 s")]
    [InlineData("crash", "crashed")]
    [InlineData("memory", "crashed")]
    [InlineData("noise", "no measure")]
    [InlineData("null", "no measure")]
    public void Measure_RuleThatFails_IsThatOutputsFailureAlone(string fault, string reason)
    {
        using var process = new RewardProcess(Worker($"{fault}:poison"), patience: 5);
        RewardInput[] inputs = [Output("7"), Output("poison"), Output("8"), Output("poison again"), Output("9")];

        IReadOnlyList<MeasuredOutput> measured = process.Measure(inputs, Format, Rule);

        Assert.Equal([InThisProcess(inputs[0]), InThisProcess(inputs[2]), InThisProcess(inputs[4])], [measured[0], measured[2], measured[4]]);
        Assert.All([measured[1], measured[3]], failed => Assert.Contains(reason, failed.Error!, StringComparison.Ordinal));
    }

    [Fact]
    public void Measure_ProcessThatDoesNotBegin_IsSaid()
    {
        using var missing = new RewardProcess(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "no-such-program")));
        Assert.Contains("no-such-program", Assert.Throws<InvalidOperationException>(() => missing.Measure([Output("7")], Format, Rule)).Message, StringComparison.Ordinal);
        using var silent = new RewardProcess(new ProcessStartInfo("true"));
        Assert.Contains("does not begin", Assert.Throws<InvalidOperationException>(() => silent.Measure([Output("7")], Format, Rule)).Message, StringComparison.Ordinal);
    }

    /// <summary>Also while a rule hangs: the end of its input is its end.</summary>
    [Fact]
    public void Host_InputThatEnds_EndsWithIt()
    {
        ProcessStartInfo start = Worker("hang:poison");
        (start.RedirectStandardInput, start.RedirectStandardOutput) = (true, true);
        start.ArgumentList.Add(RewardProcessHost.Argument);
        using var host = Process.Start(start)!;
        Assert.NotNull(host.StandardOutput.ReadLine());
        host.StandardInput.WriteLine("""{"input": {"completion": "poison", "finished": true, "language": "en"}, "format": "think-answer", "rule": "word-list"}""");
        host.StandardInput.Close();
        Assert.True(host.WaitForExit(TimeSpan.FromMinutes(1)));
    }

    /// <summary>A failed reward has no part in its group: mean and deviation are those of the others, and its advantage is none.</summary>
    [Fact]
    public void Score_CrashAmongRollouts_LeavesTheOthersAdvantagesAsTheyAreWithoutIt()
    {
        ModelText text = ModelTextTests.Addition();
        var row = new LedgerRow("s", new DataRow { Source = "s", Line = 1, Id = "1", Prompt = [new ChatMessage("user", "what is 3 + 4 ?")], Gold = "7", Language = "en" });
        Rollout Of(string answer)
        {
            int[] ids = text.Tokenizer.Encode($"<think> the sum is 7 . </think> <answer> {answer} </answer>");
            return new(ids, new float[ids.Length], new float[ids.Length], Finished: true);
        }

        using var process = new RewardProcess(Worker("crash:<answer> 5 5 </answer>"));
        var scorer = new RuleScorer(text, new RuleReward(new RewardWeights(1, 1, 1), Format, text.LanguageRule), new OutputMeter(process));

        IReadOnlyList<RewardBreakdown> rewards = scorer.Score([new RolloutGroup(new RlQuestion("s:1", [1], row), [Of("7"), Of("5 5"), Of("8"), Of("7")])]);

        Assert.Equal([3.0, null, 2.0, 3.0], rewards.Select(reward => reward.Total));
        Assert.Equal("the process of the rules crashed", rewards[1].Errors[RuleReward.Rules]);
    }

    private static MeasuredOutput InThisProcess(RewardInput input) => MeasuredOutput.Of(new MeasureOrder(input, Format, Rule));

    private static RewardInput Output(string answer) => new($"<think> the sum is 7 . </think> <answer> {answer} </answer>", Finished: true, "7", "en") { NumTokens = 12 };

    private static ProcessStartInfo Worker(string fault)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "r1-worker"));
        start.Environment["R1_REWARD_FAULT"] = fault;
        return start;
    }
}
