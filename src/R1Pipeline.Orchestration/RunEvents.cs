using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Orchestration;

/// <summary>
/// What an onlooker of a run is told, as it happens: override what you show. Called one at a time, never two at once,
/// always after the change is in the store. Nothing here can influence the run; an exception ends it.
/// </summary>
public abstract class RunEvents
{
    /// <summary>An owner starts the run or goes on with it.</summary>
    public virtual void RunStarted(RunState run, bool continued) { }

    /// <summary>A stage is ready and waits for a free slot of the node.</summary>
    public virtual void WaitingForSlot(string stage) { }

    /// <summary>The same key is being computed by another run; the stage waits for it.</summary>
    public virtual void WaitingForRun(string stage, string otherRun) { }

    /// <summary>A stage took over the result of an earlier run.</summary>
    public virtual void StageCached(StageState stage) { }

    /// <summary>A worker was started for a stage.</summary>
    public virtual void AttemptStarted(StageState stage, AttemptState attempt) { }

    /// <summary>A sign of life with live figures, about one a second and stage.</summary>
    public virtual void Heartbeat(string stage, HeartbeatMessage heartbeat) { }

    /// <summary>A checkpoint is committed, with the figures of its steps.</summary>
    public virtual void CheckpointCommitted(string stage, CheckpointRef checkpoint, IReadOnlyList<StepMetrics> metrics) { }

    /// <summary>The rollouts of an iteration are committed.</summary>
    public virtual void RolloutsCommitted(string stage, RolloutShard shard) { }

    /// <summary>An attempt failed and is repeated after a pause.</summary>
    public virtual void Retrying(StageState stage, StageFailureClass failure, string message, TimeSpan delay) { }

    /// <summary>The stage is done.</summary>
    public virtual void StageDone(StageState stage) { }

    /// <summary>The stage is checkpointed, gave its slot to a run of higher priority, and queues for another one.</summary>
    public virtual void StageYielded(StageState stage) { }

    /// <summary>The stage failed for good.</summary>
    public virtual void StageFailed(StageState stage) { }

    /// <summary>The stage is checkpointed and can be resumed.</summary>
    public virtual void StageInterrupted(StageState stage) { }

    /// <summary>A stop or a cancel was asked for: workers are told to checkpoint.</summary>
    public virtual void Stopping(string reason, TimeSpan grace) { }

    /// <summary>The run came to rest.</summary>
    public virtual void RunEnded(RunState run) { }
}
