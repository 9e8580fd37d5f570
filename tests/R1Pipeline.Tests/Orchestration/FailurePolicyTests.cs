using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Runs;
using static R1Pipeline.Contracts.Stages.StageFailureClass;

namespace R1Pipeline.Tests.Orchestration;

public sealed class FailurePolicyTests
{
    [Theory]
    [InlineData(NativeCrash, 1, FailureDecision.Retry)]
    [InlineData(NativeCrash, 5, FailureDecision.Fail)]
    [InlineData(Stalled, 4, FailureDecision.Retry)]
    [InlineData(Stalled, 5, FailureDecision.Fail)]
    [InlineData(LeaseLost, 1, FailureDecision.Retry)]
    [InlineData(OutOfMemory, 1, FailureDecision.RetryWithSmallerMicroBatch)]
    [InlineData(OutOfMemory, 5, FailureDecision.Fail)]
    [InlineData(UserData, 1, FailureDecision.Fail)]
    [InlineData(NumericGuard, 1, FailureDecision.Fail)]
    [InlineData(GateMissed, 1, FailureDecision.Fail)]
    [InlineData(Interrupted, 0, FailureDecision.Interrupt)]
    [InlineData(DiskFull, 0, FailureDecision.Interrupt)]
    public void Decide_ByClassAndBudget(StageFailureClass failure, int failures, FailureDecision expected) =>
        Assert.Equal(expected, FailurePolicy.Decide(failure, failures, maxAttempts: 5, microBatch: 8));

    [Theory]
    [InlineData(1), InlineData(null)]
    public void Decide_OutOfMemoryWithNothingLeftToHalve_Fails(int? microBatch) =>
        Assert.Equal(FailureDecision.Fail, FailurePolicy.Decide(OutOfMemory, 1, 5, microBatch));

    [Fact]
    public void Counts_OnlyWhatTheStageIsToBlameFor() =>
        Assert.Equal([Interrupted, DiskFull], Enum.GetValues<StageFailureClass>().Where(failure => !FailurePolicy.Counts(failure)));
}
