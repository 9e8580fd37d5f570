using R1Pipeline.Contracts.Options;
using R1Pipeline.Rewards;

namespace R1Pipeline.Tests.Rewards;

public class OutputStatisticsTests
{
    [Fact]
    public void Of_PlainAnswer_IsLooseNotStrict()
    {
        OutputStatistics statistics = Measure("the answer is 1 0 2 3 .", "1 0 2 3", "en");
        Assert.False(statistics.Strict);
        Assert.True(statistics.Loose);
        Assert.False(statistics.FormatOk);
        Assert.Null(statistics.Answer);
    }

    [Fact]
    public void Of_OneWordOfTheOtherLanguageInTheThought_IsMixed()
    {
        OutputStatistics statistics = Measure("<think> ones tens 百 . </think> <answer> 1 </answer>", "1", "en");
        Assert.True(statistics.Mixed);
        Assert.Equal(2.0 / 3, statistics.LanguageConsistency, 1e-12);
        Assert.False(Measure("<think> ones tens . </think> <answer> 百 </answer>", "1", "en").Mixed);
        Assert.True(Measure("<think> 个 。 </think> <answer> 1 </answer>", "1", "en").Mixed);
    }

    [Fact]
    public void Of_EqualAnswers_VoteTogether()
    {
        string?[] answers = [.. new[] { "\\frac{1}{2}", "0.50", "1/2", "$\\dfrac12$" }.Select(text => Measure($"<answer>{text}</answer>", "1/2", "en").Answer)];
        Assert.Single(answers.Distinct());
    }

    [Theory]
    [InlineData("<think> the user asks about the cat . </think> <answer> the cat is very warm . thank you . </answer>", true)]
    [InlineData("<think> the user asks about the cat . </think> <answer> the dog is very warm . thank you . </answer>", false)]
    [InlineData("<think> the user asks about the cat . </think> <answer> go away . </answer>", false)]
    [InlineData("<think> the user asks about the cat . </think> <answer> the cat is very warm . thank you . go away . </answer>", false)]
    [InlineData("the cat is very warm . thank you .", false)]
    public void Of_GeneralAnswer_IsGradedByWordsAndForm(string completion, bool helpful)
    {
        var input = new RewardInput(completion, Finished: true, null, "en", ["cat", "thank"], ["go", "away", "know", "dog"]);
        Assert.Equal(helpful, OutputStatistics.Of(input, AnswerFormat.ThinkAnswer, LanguageRule.WordList).Helpful);
    }

    [Theory]
    [InlineData("猫 很 暖 。 谢 谢 你 。", true)]
    [InlineData("猫很暖。谢谢你。", true)]
    [InlineData("我 不 知 道 。", false)]
    public void IsHelpful_Chinese_IgnoresSpaces(string answer, bool helpful) => Assert.Equal(helpful, GeneralAnswer.IsHelpful(answer, ["猫", "谢谢"], ["知道"]));

    [Theory]
    [InlineData("Wait, let me check. That is wrong, wait!", 4)]
    [InlineData("awaiting the checks of errors", 0)]
    [InlineData("BUT however", 2)]
    public void ReflectiveWords_CountWholeWordsInAnyCase(string text, int expected) => Assert.Equal(expected, ReflectiveWords.Count(text));

    private static OutputStatistics Measure(string completion, string gold, string language) =>
        OutputStatistics.Of(new RewardInput(completion, Finished: true, gold, language), AnswerFormat.ThinkAnswer, LanguageRule.WordList);
}
