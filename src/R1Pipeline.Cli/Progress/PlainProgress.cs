using R1Pipeline.Cli.Output;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Reports;
using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Cli.Progress;

/// <summary>Progress as lines, for pipes, logs and CI: a line when a stage starts or ends, and one every few seconds while it computes.</summary>
internal sealed class PlainProgress(Terminal terminal, string stateDirectory, TimeProvider time) : ProgressDisplay(terminal, stateDirectory)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, long> _lastLines = [];

    /// <inheritdoc/>
    public override void WaitingForSlot(string stage) => Say($"{stage}: ready, waits for a free slot of this machine");

    /// <inheritdoc/>
    public override void StageYielded(StageState stage) => Say($"{stage.Name}: checkpointed at step {stage.StepsDone}, its slot goes to a run of higher priority");

    /// <inheritdoc/>
    public override void AttemptStarted(StageState stage, AttemptState attempt)
    {
        _lastLines[stage.Name] = time.GetTimestamp();
        Say($"{stage.Name}: started ({stage.Uses}{(attempt.Number > 1 ? $", attempt {attempt.Number}" : "")})");
    }

    /// <inheritdoc/>
    public override void Heartbeat(string stage, HeartbeatMessage heartbeat)
    {
        SayAlarms(stage, heartbeat);
        if (_lastLines.TryGetValue(stage, out long last) && time.GetElapsedTime(last) < Interval) return;
        _lastLines[stage] = time.GetTimestamp();
        string steps = heartbeat.StepsPlanned > 0 ? $"step {heartbeat.StepsDone}/{heartbeat.StepsPlanned}, " : "";
        string figures = LiveFigures.Text(heartbeat.Live);
        Say($"{stage}: {steps}{heartbeat.Phase}{(figures.Length > 0 ? " · " + figures : "")} · {Figures.Bytes(heartbeat.ResidentBytes)}");
    }

    /// <inheritdoc/>
    public override void StageDone(StageState stage) =>
        Say($"{stage.Name}: done, {stage.StepsDone} steps in {Figures.Duration(stage.WallTime)}");
}
