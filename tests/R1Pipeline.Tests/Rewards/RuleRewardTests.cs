using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Rewards;
using R1Pipeline.Rewards.Measuring;

namespace R1Pipeline.Tests.Rewards;

public class RuleRewardTests
{
    private const string Right = "<think> ones : 5 + 8 = 1 3 , carry 1 . the sum is 1 0 2 3 . </think> <answer> 1 0 2 3 </answer>";
    private static readonly RuleReward Equal = new(new RewardWeights(1, 1, 1), AnswerFormat.ThinkAnswer, LanguageRule.WordList);

    [Fact]
    public void Score_RightOutput_GetsEveryPart()
    {
        RewardBreakdown reward = Score(Equal, new RewardInput(Right, Finished: true, "1 0 2 3", "en"));
        Assert.Equal(3, reward.Total);
        Assert.Equal(new Dictionary<string, double> { ["accuracy"] = 1, ["format"] = 1, ["language"] = 1 }, reward.Parts);
    }

    [Fact]
    public void Score_MissingThinkEnd_KeepsAccuracyAndJudgesTheWholeOutput()
    {
        RewardBreakdown reward = Score(Equal, new RewardInput("<think> ones 个 <answer> 1 0 2 3 </answer>", Finished: true, "1 0 2 3", "en"));
        Assert.Equal(1, reward.Parts["accuracy"]);
        Assert.Equal(0, reward.Parts["format"]);
        Assert.Equal(0.5, reward.Parts["language"]);
    }

    [Fact]
    public void Score_WordsOutsideTheChainOfThought_DoNotCount()
    {
        RewardBreakdown reward = Score(Equal, new RewardInput("<think> the user asks about the cat . </think> <answer> 猫 很 暖 。 </answer>", Finished: true, null, "en"));
        Assert.Equal(1, reward.Parts["language"]);
    }

    [Fact]
    public void Score_GeneralPrompt_HasNoAccuracyPart()
    {
        RewardBreakdown reward = Score(Equal, new RewardInput(Right, Finished: true, null, "en"));
        Assert.DoesNotContain("accuracy", reward.Parts.Keys);
        Assert.Equal(2, reward.Total);
    }

    [Fact]
    public void Score_GoldThatCannotBeCompared_HasNoAccuracyPart() =>
        Assert.DoesNotContain("accuracy", Score(Equal, new RewardInput(Right, Finished: true, @"\frac{{{", "en")).Parts.Keys);

    [Fact]
    public void Score_WeightZero_MeasuresThePartWithoutCountingIt()
    {
        var zero = new RuleReward(RewardWeights.Of(new ReasoningRlOptions { LanguageWeight = 0, AccuracyWeight = 2 }), AnswerFormat.ThinkAnswer, LanguageRule.WordList);
        RewardBreakdown reward = Score(zero, new RewardInput(Right, Finished: true, "1 0 2 3", "en"));
        Assert.Equal(1, reward.Parts["language"]);
        Assert.Equal(3, reward.Total);
    }

    [Fact]
    public void Score_Unfinished_LosesTheFormatOnly()
    {
        RewardBreakdown reward = Score(Equal, new RewardInput(Right, Finished: false, "1 0 2 3", "en"));
        Assert.Equal(0, reward.Parts["format"]);
        Assert.Equal(1, reward.Parts["accuracy"]);
    }

    [Theory]
    [InlineData("3*7+1", AnswerVerdict.Correct, 1)]
    [InlineData("3*7", AnswerVerdict.Wrong, 0)]
    public void Score_OtherTask_PaysByItsOwnRule(string expression, AnswerVerdict verdict, double paid)
    {
        var input = new RewardInput($"<think> try it </think> <answer> {expression} </answer>", Finished: true, """{"numbers": [1, 3, 7], "target": 22}""", "en") { Task = TaskKinds.Countdown };
        RewardBreakdown reward = Score(Equal, input);
        Assert.Equal((verdict, paid), (reward.Verdict, reward.Parts["accuracy"]));
    }

    [Theory]
    [InlineData(Right, "1 0 2 3", AnswerVerdict.Correct)]
    [InlineData(Right, "1 0 2 4", AnswerVerdict.Wrong)]
    [InlineData("<think> the sum is 1 0 2 3 . </think>", "1 0 2 3", AnswerVerdict.NoAnswer)]
    [InlineData(Right, @"\frac{{{", AnswerVerdict.NotApplicable)]
    [InlineData(Right, null, AnswerVerdict.NotApplicable)]
    public void Score_AnyOutput_SaysWhatTheAccuracyRuleSaid(string output, string? gold, AnswerVerdict verdict) =>
        Assert.Equal(verdict, Score(Equal, new RewardInput(output, Finished: true, gold, "en")).Verdict);

    private static RewardBreakdown Score(RuleReward reward, RewardInput input) => reward.Score(input, MeasuredOutput.Of(new MeasureOrder(input, AnswerFormat.ThinkAnswer, LanguageRule.WordList)));
}
