using R1Pipeline.Contracts.Options;
using R1Pipeline.Stages.AllScenarioRl;
using R1Pipeline.Training.Model;

namespace R1Pipeline.Training.Tests.Stages.AllScenarioRl;

public sealed class RewardJudgeTests
{
    // Mean 2, deviation 1.
    private static readonly ScoreStatistics Statistics = ScoreStatistics.Of([1f, 3f, 1f, 3f]);

    [Theory]
    [InlineData(null, 2, 2, 0.5)]
    [InlineData(null, 3, 2, 0.8807970779778823)]
    [InlineData(RewardModelMap.Sigmoid, 1, 1, 0.2689414213699951)]
    [InlineData(RewardModelMap.Probability, 1, 2, 0.7310585786300049)]
    [InlineData(RewardModelMap.Standardized, 7, 2, 5)]
    [InlineData(RewardModelMap.Clipped, 7, 2, 2.5)]
    [InlineData(RewardModelMap.Clipped, -9, 2, -2.5)]
    [InlineData(RewardModelMap.Clipped, 1, 2, -1)]
    [InlineData(RewardModelMap.None, 7, 2, 7)]
    public void Reward_Score_IsMappedAsTheOptionsSay(RewardModelMap? map, double score, double scale, double expected)
    {
        var options = new AllScenarioRlOptions { RewardModelMap = map, RewardModelScale = scale, RewardModelClip = 2.5 };

        Assert.Equal(expected, ScoreMap.Of(options, Statistics).Reward(score), 12);
    }

    [Theory]
    [InlineData(RewardModelMap.Sigmoid, 0.0)]
    [InlineData(RewardModelMap.Probability, 0.0)]
    [InlineData(RewardModelMap.Clipped, -3.0)]
    [InlineData(RewardModelMap.Standardized, null)]
    [InlineData(RewardModelMap.None, null)]
    public void Floor_Map_IsItsLowerBound(RewardModelMap map, double? floor) => Assert.Equal(floor, ScoreMap.Of(new() { RewardModelMap = map }, Statistics).Floor);

    [Theory]
    [InlineData("helpful", null, false, RewardModelMap.Sigmoid)]
    [InlineData("harmless", null, true, RewardModelMap.Sigmoid)]
    [InlineData("careful", RewardObjective.Pointwise, true, RewardModelMap.Probability)]
    public void Judge_NameAndObjective_DecideWhatIsReadAndHowItIsMapped(string name, RewardObjective? objective, bool whole, RewardModelMap map)
    {
        var judge = new RewardJudge(name, null!, null!, ScoreMap.Of(new(), Statistics with { Objective = objective }), null!);

        Assert.Equal((whole, map), (judge.JudgesWholeResponse, judge.Map.Kind));
    }
}
