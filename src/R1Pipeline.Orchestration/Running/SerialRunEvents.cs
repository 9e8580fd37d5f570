using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Orchestration.Running;

/// <summary>Passes events on, one at a time.</summary>
internal sealed class SerialRunEvents(RunEvents inner) : RunEvents
{
    private readonly Lock _gate = new();

    public override void RunStarted(RunState run, bool continued) => Pass(() => inner.RunStarted(run, continued));

    public override void WaitingForSlot(string stage) => Pass(() => inner.WaitingForSlot(stage));

    public override void WaitingForRun(string stage, string otherRun) => Pass(() => inner.WaitingForRun(stage, otherRun));

    public override void StageCached(StageState stage) => Pass(() => inner.StageCached(stage));

    public override void AttemptStarted(StageState stage, AttemptState attempt) => Pass(() => inner.AttemptStarted(stage, attempt));

    public override void Heartbeat(string stage, HeartbeatMessage heartbeat) => Pass(() => inner.Heartbeat(stage, heartbeat));

    public override void CheckpointCommitted(string stage, CheckpointRef checkpoint, IReadOnlyList<StepMetrics> metrics) =>
        Pass(() => inner.CheckpointCommitted(stage, checkpoint, metrics));

    public override void RolloutsCommitted(string stage, RolloutShard shard) => Pass(() => inner.RolloutsCommitted(stage, shard));

    public override void Retrying(StageState stage, StageFailureClass failure, string message, TimeSpan delay) =>
        Pass(() => inner.Retrying(stage, failure, message, delay));

    public override void StageDone(StageState stage) => Pass(() => inner.StageDone(stage));

    public override void StageYielded(StageState stage) => Pass(() => inner.StageYielded(stage));

    public override void StageFailed(StageState stage) => Pass(() => inner.StageFailed(stage));

    public override void StageInterrupted(StageState stage) => Pass(() => inner.StageInterrupted(stage));

    public override void Stopping(string reason, TimeSpan grace) => Pass(() => inner.Stopping(reason, grace));

    public override void RunEnded(RunState run) => Pass(() => inner.RunEnded(run));

    private void Pass(Action tell)
    {
        lock (_gate) tell();
    }
}
