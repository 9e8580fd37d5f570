namespace R1Pipeline.Contracts.Stages;

/// <summary>All that a training or sampling loop may ask of the world around it. Called from the training thread.</summary>
public interface ILoopHost
{
    /// <summary>Whether a checkpoint is due: the cadence was reached, or somebody asked to stop.</summary>
    bool CheckpointDue { get; }

    /// <summary>Says how many steps there will be.</summary>
    void Plan(long steps);

    /// <summary>Says what is being done: <c>rollouts</c>, <c>update</c>, <c>sampling</c>, …</summary>
    void Phase(string name);

    /// <summary>Counts tokens or rows worked through: the sign of life of the training thread.</summary>
    void Progress(long count);

    /// <summary>A step is done. Its figures are committed with the next checkpoint or with the report, exactly once.</summary>
    /// <exception cref="StageFailedException">The lease is lost, or the save that was under way failed.</exception>
    void CompleteStep(StepMetrics metrics);

    /// <summary>
    /// Saves a checkpoint of everything up to <paramref name="step"/>. Waits for the save before, if that is still under way, then calls
    /// <paramref name="capture"/>, which copies the loop's state out, and returns: the files are written and committed while the loop goes on.
    /// The end of a stage waits for them.
    /// </summary>
    /// <exception cref="StageFailedException">The save before failed (the lease is lost, the disk is full), or a stop was asked for (after the commit).</exception>
    void Checkpoint(long step, Func<IReadOnlyList<CheckpointFile>> capture);

    /// <summary>Commits the rollouts of an iteration, before the iteration's first update.</summary>
    /// <exception cref="StageFailedException">The lease is lost or the disk is full.</exception>
    void CommitRollouts(long iteration, IReadOnlyList<RolloutRecord> rollouts);
}
