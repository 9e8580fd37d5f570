using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Orchestration;

/// <summary>How <see cref="RunEngine"/> ended.</summary>
/// <param name="Run">The run, at rest.</param>
/// <param name="ExitCode">0 done, 1 failed or cancelled, 2 failed on the user's data alone, 3 interrupted and resumable.</param>
public sealed record RunOutcome(RunState Run, int ExitCode)
{
    /// <summary>The outcome that follows from a run at rest.</summary>
    public static RunOutcome Of(RunState run) => new(run, run.State switch
    {
        ExecutionState.Done => 0,
        ExecutionState.Interrupted => 3,
        ExecutionState.Failed when FailedOnDataAlone(run) => 2,
        _ => 1,
    });

    private static bool FailedOnDataAlone(RunState run) =>
        run.Stages.Where(stage => stage.State == ExecutionState.Failed).All(stage => stage.Failure == StageFailureClass.UserData);
}
