using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Rewards;

namespace R1Pipeline.Tests.Rewards;

public sealed class RewardSumTests
{
    [Fact]
    public void Build_PartThatDoesNotApply_AddsNothingAndIsNotListed()
    {
        RewardBreakdown reward = new RewardSum().Add("accuracy", RewardOutcome.NotApplicable, 1).Add("format", RewardOutcome.Of(1), 0.5).Build(AnswerVerdict.NotApplicable);
        Assert.Equal((0.5, false), (reward.Total, reward.IsError));
        Assert.Equal(["format"], reward.Parts.Keys);
    }

    [Fact]
    public void Build_NoPartApplies_HasNoTotalAndIsNoError()
    {
        RewardBreakdown reward = new RewardSum().Add("accuracy", RewardOutcome.NotApplicable, 1).Build(AnswerVerdict.NotApplicable);
        Assert.Null(reward.Total);
        Assert.False(reward.IsError);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(0, false)] // measured, not trained on
    public void Build_PartFailed_TakesTheTotalWithItWhereItCounts(double weight, bool error)
    {
        RewardBreakdown reward = new RewardSum().Add("format", RewardOutcome.Of(1), 1).Add("judge", RewardOutcome.Failed("timed out"), weight).Build(AnswerVerdict.NotApplicable);
        Assert.Equal(error, reward.IsError);
        Assert.Equal(error ? null : 1.0, reward.Total);
        Assert.Equal("timed out", reward.Errors["judge"]);
        Assert.Equal(1, reward.Parts["format"]);
        Assert.Equal(error, new RewardSum(reward).Add("model", RewardOutcome.Of(1), 1).Build(AnswerVerdict.NotApplicable).IsError);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Of_NotFinite_IsAFailure(double value) => Assert.NotNull(RewardOutcome.Of(value).Error);

    [Fact]
    public void Ask_WhateverIsThrown_IsTheRewardsFailure()
    {
        Assert.Null(RewardOutcome.Ask<string>(() => throw new TimeoutException("5 s"), out string? error));
        Assert.Equal("TimeoutException: 5 s", error);
        Assert.Null(RewardOutcome.Ask<string>(() => throw new InsufficientExecutionStackException(), out error));
        Assert.StartsWith("InsufficientExecutionStackException", error);
        Assert.Equal("1", RewardOutcome.Ask(() => "1", out error));
        Assert.Null(error);
        Assert.Throws<StageFailedException>(() => RewardOutcome.Ask<string>(() => throw new StageFailedException(StageFailureClass.LeaseLost, "gone"), out _));
    }
}
