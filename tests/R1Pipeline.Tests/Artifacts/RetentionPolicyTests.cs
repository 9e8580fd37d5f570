using R1Pipeline.Artifacts.Checkpoints;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Tests.Artifacts;

/// <summary>One reason is enough for a checkpoint to stay: it is new, it is good, or it is a milestone.</summary>
public sealed class RetentionPolicyTests
{
    [Fact]
    public void Superfluous_KeepNewest_DropsTheOlder() =>
        Assert.Equal([20L, 10], Dropped(new RetentionPolicy(2), (10, 1), (20, 1), (30, 1), (40, 1)));

    [Theory]
    [InlineData(BestOrder.Higher, new long[] { 40, 30, 10 })]
    [InlineData(BestOrder.Lower, new long[] { 40, 20, 10 })]
    public void Superfluous_KeepBest_SparesTheBestByTheFigure(BestOrder order, long[] dropped) =>
        Assert.Equal(dropped, Dropped(new RetentionPolicy(1, keepBest: 1, "reward", order), (10, 0.5), (20, 0.9), (30, 0.1), (40, 0.4), (50, 0.3)));

    [Fact]
    public void Superfluous_EqualFigures_TheNewerIsTheBetter() =>
        Assert.Equal([10L], Dropped(new RetentionPolicy(1, keepBest: 1, "reward"), (10, 0.5), (20, 0.5), (30, 0.7)));

    [Fact]
    public void Superfluous_FigureMissingOrNotANumber_IsNoCandidate() =>
        Assert.Equal([10L], Dropped(new RetentionPolicy(1, keepBest: 5, "reward"), (10, double.NaN), (20, 1), (30, 1)));

    [Fact]
    public void Superfluous_KeepEvery_SparesTheFirstAtOrAfterEachMultiple() =>
        Assert.Equal([170L, 130, 50], Dropped(new RetentionPolicy(1, keepEvery: 100), (50, 1), (120, 1), (130, 1), (170, 1), (205, 1), (210, 1)));

    [Fact]
    public void Superfluous_KeepEveryAfterPruning_ChoosesTheSameAgain()
    {
        var policy = new RetentionPolicy(1, keepEvery: 100);
        Assert.Empty(Dropped(policy, (120, 1), (205, 1), (210, 1)));
        Assert.Equal([210L], Dropped(policy, (120, 1), (205, 1), (210, 1), (220, 1)));
    }

    private static IEnumerable<long> Dropped(RetentionPolicy policy, params (long Step, double Reward)[] checkpoints)
    {
        var figures = checkpoints.ToDictionary(checkpoint => checkpoint.Step, checkpoint => checkpoint.Reward);
        CheckpointRef[] newestFirst = [.. checkpoints.Select(checkpoint => new CheckpointRef(checkpoint.Step, $"/step-{checkpoint.Step}", "", 1)).Reverse()];
        return policy.Superfluous(newestFirst, checkpoint => new Dictionary<string, double> { ["reward"] = figures[checkpoint.Step] }).Select(checkpoint => checkpoint.Step);
    }
}
