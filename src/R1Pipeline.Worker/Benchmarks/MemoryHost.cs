using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Worker.Benchmarks;

/// <summary>The world around a measured loop.</summary>
/// <param name="checkpoints">Whether a checkpoint is copied out after the last step, as every checkpoint is; its files are written nowhere.</param>
internal sealed class MemoryHost(bool checkpoints) : ILoopHost
{
    private long _planned, _done;

    public bool CheckpointDue => checkpoints && _done == _planned;

    public void Plan(long steps) => _planned = steps;

    public void Phase(string name)
    {
        // Nobody watches.
    }

    public void Progress(long count)
    {
        // As above.
    }

    public void CompleteStep(StepMetrics metrics) => _done = metrics.Step;

    public void Checkpoint(long step, Func<IReadOnlyList<CheckpointFile>> capture)
    {
        foreach (CheckpointFile file in capture()) file.Write(Stream.Null);
    }

    public void CommitRollouts(long iteration, IReadOnlyList<RolloutRecord> rollouts)
    {
        // There is no ledger.
    }
}
