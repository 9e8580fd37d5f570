using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Runs;
using static R1Pipeline.Contracts.Stages.StageFailureClass;

namespace R1Pipeline.Tests.Orchestration;

/// <summary>What follows from a failure: by class, within the budget of the class and of the stage, and never the same again and again.</summary>
public sealed class FailurePolicyTests
{
    [Theory]
    [InlineData(NativeCrash, FailureDecision.Retry)]
    [InlineData(Stalled, FailureDecision.Retry)]
    [InlineData(LeaseLost, FailureDecision.Retry)]
    [InlineData(OutOfMemory, FailureDecision.RetryWithSmallerMicroBatch)]
    [InlineData(UserData, FailureDecision.Fail)]
    [InlineData(NumericGuard, FailureDecision.Fail)]
    [InlineData(GateMissed, FailureDecision.Fail)]
    [InlineData(Interrupted, FailureDecision.Interrupt)]
    [InlineData(DiskFull, FailureDecision.Interrupt)]
    public void Decide_FirstFailure_ByClass(StageFailureClass failure, FailureDecision expected) =>
        Assert.Equal(new FailureVerdict(expected), Decide(new RetryOptions(), (failure, 1)));

    [Theory]
    [InlineData(NativeCrash), InlineData(Stalled), InlineData(LeaseLost), InlineData(OutOfMemory)]
    public void Decide_EachClass_HasItsOwnBudget(StageFailureClass failure)
    {
        var retries = new RetryOptions { NativeCrash = 2, Stalled = 2, LeaseLost = 2, OutOfMemory = 2 };
        (StageFailureClass, long)[] others = [.. new[] { NativeCrash, Stalled, LeaseLost, OutOfMemory }.Where(other => other != failure).SelectMany(other => new[] { (other, 1L), (other, 2L) })];

        Assert.Null(Decide(retries, [.. others, (failure, 3), (failure, 4)]).Diagnosis);
        var spent = Decide(retries, [.. others, (failure, 3), (failure, 4), (failure, 5)]);

        Assert.Equal(FailureDecision.Fail, spent.Decision);
        Assert.Contains("failure 3 of class", spent.Diagnosis, StringComparison.Ordinal);
        Assert.Contains(": 2 }`", spent.Diagnosis, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_AllClassesTogether_AreBoundByTheAttemptsOfTheStage()
    {
        var verdict = FailurePolicy.Decide(Failure(Stalled, 9), [Failure(NativeCrash, 1), Failure(NativeCrash, 2)], new ImportModelOptions { MaxAttempts = 3 }, 8);

        Assert.Equal((FailureDecision.Fail, "3 attempts failed (2 × native-crash, 1 × stalled); `max-attempts` allows no further one."), (verdict.Decision, verdict.Diagnosis));
    }

    [Fact]
    public void Decide_SameFailureAfterTheSameStepThreeTimes_StopsWithADiagnosisWhateverIsLeft()
    {
        var verdict = Decide(new RetryOptions { NativeCrash = 100 }, (Stalled, 7), (NativeCrash, 7), (NativeCrash, 7), (NativeCrash, 7));

        Assert.Equal(FailureDecision.Fail, verdict.Decision);
        Assert.Contains("3 times in a row, native-crash after step 7", verdict.Diagnosis, StringComparison.Ordinal);
        Assert.Contains("\"attempt … broke at 7\"", verdict.Diagnosis, StringComparison.Ordinal);
        Assert.Contains("rows of step 8", verdict.Diagnosis, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_SameStepOfAnotherClassOrAnotherStepBetween_IsNoRepetition()
    {
        Assert.Equal(FailureDecision.Retry, Decide(new RetryOptions(), (NativeCrash, 7), (NativeCrash, 7), (Stalled, 7), (NativeCrash, 7)).Decision);
        Assert.Equal(FailureDecision.Retry, Decide(new RetryOptions(), (NativeCrash, 7), (NativeCrash, 7), (NativeCrash, 8), (NativeCrash, 7)).Decision);
    }

    [Fact]
    public void Decide_RepetitionLimit_IsTheStages() =>
        Assert.Equal(FailureDecision.Fail, Decide(new RetryOptions { SameStep = 2 }, (Stalled, 7), (Stalled, 7)).Decision);

    [Fact]
    public void Decide_OutOfMemoryAtOneStep_GoesOnHalving() => Assert.Equal(
        FailureDecision.RetryWithSmallerMicroBatch, Decide(new RetryOptions(), (OutOfMemory, 7), (OutOfMemory, 7), (OutOfMemory, 7), (OutOfMemory, 7)).Decision);

    [Theory]
    [InlineData(1), InlineData(null)]
    public void Decide_OutOfMemoryWithNothingLeftToHalve_Fails(int? microBatch) =>
        Assert.Equal(FailureDecision.Fail, FailurePolicy.Decide(Failure(OutOfMemory, 1), [], new ImportModelOptions(), microBatch).Decision);

    [Fact]
    public void Counts_OnlyWhatTheStageIsToBlameFor() =>
        Assert.Equal([Interrupted, DiskFull], Enum.GetValues<StageFailureClass>().Where(failure => !FailurePolicy.Counts(failure)));

    [Theory]
    [InlineData("same", "same", "same")]
    [InlineData("died in a/1/x", "died in a/2/x", "died in a/…/x")]
    [InlineData("aa", "aaa", "aa…")]
    [InlineData("one", "two", "…")]
    public void Common_TwoTexts_KeepsWhatTheyShare(string first, string second, string expected) =>
        Assert.Equal(expected, FailureDiagnosis.Common([first, second]));

    /// <summary>The verdict on the last of some failures.</summary>
    private static FailureVerdict Decide(RetryOptions retries, params (StageFailureClass Failure, long Step)[] failures)
    {
        AttemptFailure[] all = [.. failures.Select((failure, i) => Failure(failure.Failure, failure.Step, $"attempt {i} broke at {failure.Step}"))];
        return FailurePolicy.Decide(all[^1], all[..^1], new ImportModelOptions { Retries = retries }, microBatch: 64);
    }

    private static AttemptFailure Failure(StageFailureClass failure, long step, string message = "because") => new(failure, step, message);
}
