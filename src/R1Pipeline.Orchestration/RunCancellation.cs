using R1Pipeline.Artifacts;
using R1Pipeline.Orchestration.Nodes;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Orchestration;

/// <summary>Asks for the end of a run, from any process: its owner sees the request within a second or two; a run without an owner is cancelled at once.</summary>
public sealed class RunCancellation(IRunStore store, string stateDirectory, TimeProvider time)
{
    /// <summary>Cancels a run. A run that is done stays done.</summary>
    /// <returns>The run's state: <c>cancelled</c>, or still <c>running</c> while its owner checkpoints.</returns>
    /// <exception cref="RunRefusedException">There is no such run.</exception>
    public RunState Request(string run)
    {
        var state = store.Find(run) ?? throw new RunRefusedException($"there is no run '{run}' in {stateDirectory}; `r1 runs` lists them", exitCode: 2);
        if (state.State is ExecutionState.Done or ExecutionState.Cancelled) return state;
        using var held = RunLock.TryTake(new RunDirectory(stateDirectory, run));
        state = store.Apply(run, new CancelRequested(time.GetUtcNow()));
        return held is null ? state : store.Apply(run, new RunConcluded(time.GetUtcNow(), StopRequested: false));
    }
}
