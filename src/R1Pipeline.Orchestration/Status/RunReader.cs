using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Orchestration.Status;

/// <summary>Reads what <c>status</c>, <c>metrics</c>, <c>rollouts</c> and <c>checkpoints list</c> show, in the shape of their <c>--json</c> contracts. Changes nothing.</summary>
public sealed class RunReader(IRunStore store, string stateDirectory)
{
    /// <summary>All runs, oldest first.</summary>
    public IReadOnlyList<RunSummary> Runs() => throw new NotSupportedException($"{store} {stateDirectory}");

    /// <summary>A run in full.</summary>
    /// <exception cref="RunRefusedException">There is no such run.</exception>
    public RunStatus Status(string run) => throw new NotSupportedException(run);

    /// <summary>Committed figures, by stage in file order and step, ascending; those of a cached stage are its origin's.</summary>
    public IReadOnlyList<StepMetricsRow> Metrics(string run, string? stage = null) => throw new NotSupportedException(run + stage);

    /// <summary>Committed rollouts, read from their shards one at a time; those of a cached stage are its origin's.</summary>
    /// <param name="run">Run id.</param>
    /// <param name="stage">Stage; null: all.</param>
    /// <param name="iteration">Iteration; null: all.</param>
    public IEnumerable<(string Stage, RolloutRecord Rollout)> Rollouts(string run, string? stage = null, long? iteration = null) => throw new NotSupportedException($"{run}{stage}{iteration}");

    /// <summary>Checkpoints; <see cref="CheckpointRow.Folder"/> is absolute here.</summary>
    public IReadOnlyList<CheckpointRow> Checkpoints(string run) => throw new NotSupportedException(run);
}
