using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Rewards;
using R1Pipeline.Rewards.Measuring;

namespace R1Pipeline.Tests.Rewards;

public class RewardShapingTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(25, -0.25)]
    [InlineData(100, -1)]
    public void Length_IsTheShareOfTheLimit(int tokens, double expected) => Assert.Equal(expected, Term(new ShapingOptions { LengthWeight = 1 }, tokens), 1e-12);

    [Theory]
    [InlineData(0, true, 1)]
    [InlineData(50, true, 0.75)]
    [InlineData(100, true, 0.5)]
    [InlineData(0, false, -1)]
    [InlineData(50, false, -0.75)]
    [InlineData(100, false, -0.5)]
    public void Cosine_RightAnswersAreToBeShort_WrongOnesLong(int tokens, bool correct, double expected) =>
        Assert.Equal(expected, Term(new ShapingOptions { CosineWeight = 1 }, tokens, correct), 1e-12);

    [Fact]
    public void Cosine_AnswerThatIsNotChecked_HasNoTerm() =>
        Assert.Empty(new RewardShaping(new ShapingOptions { CosineWeight = 1 }, 100).Terms(Input("a", 50), correct: null));

    [Theory]
    [InlineData(80, true, 0)]
    [InlineData(90, true, -0.5)]
    [InlineData(100, true, -1)]
    [InlineData(10, false, -1)]
    public void Overlong_GrowsOverTheBuffer(int tokens, bool finished, double expected) =>
        Assert.Equal(expected, new RewardShaping(new ShapingOptions { OverlongWeight = 1, OverlongBufferTokens = 20 }, 100).Terms(Input("a", tokens) with { Finished = finished }, true).Single().Value, 1e-12);

    [Theory]
    [InlineData("one two three four", 0)]
    [InlineData("a b a b a b", -0.5)]
    [InlineData("猫猫猫猫", -0.5)]
    [InlineData("one two", 0)]
    [InlineData("", 0)]
    public void Repetition_IsTheShareOfRepeatedGrams(string text, double expected) =>
        Assert.Equal(expected, new RewardShaping(new ShapingOptions { RepetitionWeight = 1 }, 100).Terms(Input(text, 4), true).Single().Value, 1e-12);

    [Fact]
    public void Terms_AllOff_AreNone() => Assert.Empty(new RewardShaping(new ShapingOptions(), 100).Terms(Input("a", 100), true));

    [Fact]
    public void Score_WithShaping_AddsWeightedNamedParts()
    {
        var reward = new RuleReward(new RewardWeights(1, 1, 1), AnswerFormat.ThinkAnswer, LanguageRule.WordList, new RewardShaping(new ShapingOptions { LengthWeight = 0.5, CosineWeight = 2 }, 100));
        RewardInput input = Input("<think> one two </think> <answer> 7 </answer>", 100) with { Gold = "7" };
        RewardBreakdown score = reward.Score(input, MeasuredOutput.Of(new MeasureOrder(input, AnswerFormat.ThinkAnswer, LanguageRule.WordList)));
        Assert.Equal(-1, score.Parts["length"]);
        Assert.Equal(0.5, score.Parts["cosine"]);
        Assert.Equal(3 - 0.5 + 1, score.Total!.Value, 1e-12);
    }

    private static double Term(ShapingOptions options, int tokens, bool correct = true) => new RewardShaping(options, 100).Terms(Input("a", tokens), correct).Single().Value;

    private static RewardInput Input(string completion, int tokens) => new(completion, Finished: true, null, "en") { NumTokens = tokens };
}
