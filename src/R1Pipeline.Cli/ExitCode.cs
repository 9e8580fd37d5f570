using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Status;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Cli;

/// <summary>How <c>r1</c> ends (design.md 6). Scripts rely on these.</summary>
internal static class ExitCode
{
    /// <summary>All that was asked for is done.</summary>
    public const int Done = 0;

    /// <summary>Failed, refused, cancelled, gate missed or retries exhausted.</summary>
    public const int Failed = 1;

    /// <summary>The user's input is wrong: command line, pipeline file or data.</summary>
    public const int WrongInput = 2;

    /// <summary>Interrupted and resumable.</summary>
    public const int Interrupted = 3;

    /// <summary>The environment lacks something.</summary>
    public const int EnvironmentLacks = 4;

    /// <summary>What a run's status means for whoever followed it to its rest.</summary>
    public static int Of(RunStatus run) => run.State switch
    {
        ExecutionState.Done => Done,
        ExecutionState.Interrupted => Interrupted,
        ExecutionState.Failed when run.Stages.Where(stage => stage.State == ExecutionState.Failed).All(stage => stage.Failure == StageFailureClass.UserData.Word()) => WrongInput,
        _ => Failed,
    };
}
