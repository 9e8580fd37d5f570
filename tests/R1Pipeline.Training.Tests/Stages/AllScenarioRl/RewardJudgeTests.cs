using R1Pipeline.Stages.AllScenarioRl;
using R1Pipeline.Training.Model;

namespace R1Pipeline.Training.Tests.Stages.AllScenarioRl;

public sealed class RewardJudgeTests
{
    [Theory]
    [InlineData(2, 2, 0.5)]
    [InlineData(3, 2, 0.8807970779778823)]
    [InlineData(1, 1, 0.2689414213699951)]
    public void Reward_ScoresAroundTheMean_AreASigmoidOfStandardScores(double score, double scale, double expected)
    {
        var judge = new RewardJudge("helpful", null!, null!, ScoreStatistics.Of([1f, 3f, 1f, 3f]));

        Assert.Equal(expected, judge.Reward(score, scale), 12);
    }

    [Theory]
    [InlineData("helpful", false)]
    [InlineData("harmless", true)]
    public void JudgesWholeResponse_Name_DecidesWhatIsRead(string name, bool whole) =>
        Assert.Equal(whole, new RewardJudge(name, null!, null!, new ScoreStatistics(0, 1)).JudgesWholeResponse);
}
