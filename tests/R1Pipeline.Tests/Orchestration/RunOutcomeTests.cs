using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Tests.Orchestration;

public sealed class RunOutcomeTests
{
    [Theory]
    [InlineData(ExecutionState.Done, null, null, 0)]
    [InlineData(ExecutionState.Interrupted, null, null, 3)]
    [InlineData(ExecutionState.Cancelled, null, null, 1)]
    [InlineData(ExecutionState.Failed, StageFailureClass.UserData, StageFailureClass.UserData, 2)]
    [InlineData(ExecutionState.Failed, StageFailureClass.UserData, null, 2)]
    [InlineData(ExecutionState.Failed, StageFailureClass.UserData, StageFailureClass.GateMissed, 1)]
    [InlineData(ExecutionState.Failed, StageFailureClass.NativeCrash, null, 1)]
    public void Of_RunAtRest_GivesItsExitCode(ExecutionState state, StageFailureClass? first, StageFailureClass? second, int exitCode)
    {
        var run = Some.Run(Stage("a", first), Stage("b", second)) with { State = state };

        Assert.Equal(exitCode, RunOutcome.Of(run).ExitCode);
    }

    private static StageState Stage(string name, StageFailureClass? failure) =>
        failure is null ? Some.Stage(name: name) : Some.Stage(ExecutionState.Failed, name) with { Failure = failure };
}
