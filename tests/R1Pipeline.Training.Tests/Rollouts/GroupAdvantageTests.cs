using R1Pipeline.Contracts.Options;
using R1Pipeline.Training.Rollouts;

namespace R1Pipeline.Training.Tests.Rollouts;

public sealed class GroupAdvantageTests
{
    private static readonly ReasoningRlOptions Options = new();

    public static TheoryData<AdvantageScale, StdFloorMode, double> EveryScale =>
        new MatrixTheoryData<AdvantageScale, StdFloorMode, double>(Enum.GetValues<AdvantageScale>(), Enum.GetValues<StdFloorMode>(), [0, 0.02]);

    [Theory, MemberData(nameof(EveryScale))]
    public void Compute_GroupWithoutSpread_IsExactlyZero(AdvantageScale scale, StdFloorMode mode, double guard)
    {
        // 0.1 summed 16 times and divided by 16 is not 0.1: a computed mean would leave a residue that a small deviation blows up.
        double?[] rewards = [.. Enumerable.Repeat<double?>(0.1, 16), .. Enumerable.Range(0, 16).Select(i => (double?)(i / 7.0))];
        float[] advantages = GroupAdvantage.Compute(rewards, 16, Options with { AdvantageScale = scale, AdvantageStd = mode, AdvantageStdValue = guard });
        Assert.All(advantages[..16], a => Assert.Equal(0f, a));
        Assert.All(advantages[16..], a => Assert.NotEqual(0f, a));
    }

    [Fact]
    public void Compute_TwoGroups_CentresAndScalesEachByItsOwn()
    {
        float[] advantages = GroupAdvantage.Compute([0, 1, 10, 30], 2, Options with { AdvantageStdValue = 0 });
        Assert.Equal([-1f, 1f, -1f, 1f], advantages);
    }

    [Theory]
    [InlineData(0, 1.7320508)] // centred -1 -1 -1 3: population variance 3
    [InlineData(1, 1.5)] // sample variance 4
    public void Compute_Ddof_ChoosesPopulationOrSampleDeviation(int ddof, double expected)
    {
        float[] advantages = GroupAdvantage.Compute([0, 0, 0, 4], 4, Options with { AdvantageStdDdof = ddof, AdvantageStdValue = 0 });
        Assert.Equal(expected, advantages[3], 1e-6);
    }

    [Theory]
    [InlineData(StdFloorMode.Floor, 0.02, 0.005 / 0.02)]
    [InlineData(StdFloorMode.Eps, 0.02, 0.005 / 0.025)]
    [InlineData(StdFloorMode.Floor, 0.001, 1)]
    public void Compute_SmallDeviation_IsGuardedAsTheOptionSays(StdFloorMode mode, double guard, double expected)
    {
        float[] advantages = GroupAdvantage.Compute([1, 1.01], 2, Options with { AdvantageStd = mode, AdvantageStdValue = guard });
        Assert.Equal(expected, advantages[1], 1e-5);
        Assert.Equal(-expected, advantages[0], 1e-5);
    }

    [Fact]
    public void Compute_BatchScale_DividesByTheDeviationOfAllRewards()
    {
        float[] advantages = GroupAdvantage.Compute([0, 2, 4, 6], 2, Options with { AdvantageScale = AdvantageScale.Batch, AdvantageStdValue = 0 });
        Assert.Equal(1 / Math.Sqrt(5), advantages[1], 1e-6);
        Assert.Equal(-1 / Math.Sqrt(5), advantages[2], 1e-6);
    }

    [Fact]
    public void Compute_NoScale_OnlyCentres() =>
        Assert.Equal([-1f, 1f, -10f, 10f], GroupAdvantage.Compute([0, 2, 10, 30], 2, Options with { AdvantageScale = AdvantageScale.None }));

    [Theory]
    [InlineData(AdvantageScale.Group)]
    [InlineData(AdvantageScale.Batch)]
    [InlineData(AdvantageScale.None)]
    public void Compute_OutputWithoutAReward_StandsOutsideMeanAndDeviation(AdvantageScale scale)
    {
        var options = Options with { AdvantageScale = scale, AdvantageStdValue = 0 };
        float[] without = GroupAdvantage.Compute([0, 1, 2, 3, 5, 10], 3, options);
        float[] with = GroupAdvantage.Compute([0, null, 1, 2, 3, 5, null, 10], 4, options);
        Assert.Equal(without, with.Where(advantage => !float.IsNaN(advantage)));
        Assert.Equal([1, 6], Enumerable.Range(0, with.Length).Where(i => float.IsNaN(with[i])));
    }

    [Fact]
    public void Compute_OneRewardOfAGroupOrNone_HasNothingToCompareWith() =>
        Assert.Equal([0f, float.NaN, float.NaN, float.NaN], GroupAdvantage.Compute([7, null, null, null], 2, Options));

    [Fact]
    public void Compute_RewardIsNotANumber_IsRefusedByIndex() =>
        Assert.Contains("reward 1 is NaN", Assert.Throws<ArgumentException>(() => GroupAdvantage.Compute([0, double.NaN], 2, Options)).Message);

    [Fact]
    public void Compute_RewardsDoNotDivide_IsRefused() =>
        Assert.Throws<ArgumentException>(() => GroupAdvantage.Compute([0, 1, 2], 2, Options));
}
