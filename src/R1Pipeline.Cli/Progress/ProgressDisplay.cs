using R1Pipeline.Cli.Output;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Reports;
using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Cli.Progress;

/// <summary>What a person sees while a run works. Here: the lines that both kinds of display print; how progress itself is shown is theirs.</summary>
internal abstract class ProgressDisplay(Terminal terminal, string stateDirectory) : RunEvents, IAsyncDisposable
{
    private readonly HashSet<(string Stage, string Alarm)> _alarms = [];

    /// <summary>The display that suits the terminal: bars where a person watches, plain lines elsewhere.</summary>
    public static ProgressDisplay Create(Terminal terminal, string stateDirectory, TimeProvider time) =>
        terminal.IsLive ? new LiveProgress(terminal, stateDirectory) : new PlainProgress(terminal, stateDirectory, time);

    /// <inheritdoc/>
    public override void RunStarted(RunState run, bool continued)
    {
        int done = run.Stages.Count(stage => stage.State == ExecutionState.Done);
        terminal.Say($"run {run.Id} of {run.Pipeline}: {(continued ? $"goes on, {done} of {run.Stages.Count} stages are done" : $"{run.Stages.Count} stages")} · state folder {stateDirectory}");
    }

    /// <inheritdoc/>
    public override void WaitingForRun(string stage, string otherRun) => terminal.Say($"{stage}: run {otherRun} computes the same; waiting for it");

    /// <inheritdoc/>
    public override void StageCached(StageState stage) => terminal.Say($"{stage.Name}: cached, made by run {stage.OriginRun}");

    /// <inheritdoc/>
    public override void Retrying(StageState stage, StageFailureClass failure, string message, TimeSpan delay) =>
        terminal.Say($"{stage.Name}: {message} · again from its last checkpoint in {Figures.Duration(delay)}");

    /// <inheritdoc/>
    public override void StageFailed(StageState stage) => terminal.Say($"{stage.Name}: failed: {stage.Message}");

    /// <inheritdoc/>
    public override void StageInterrupted(StageState stage) => terminal.Say($"{stage.Name}: checkpointed at step {stage.StepsDone} of {stage.StepsPlanned}{(stage.Message is null ? "" : ": " + stage.Message)}");

    /// <inheritdoc/>
    public override void Stopping(string reason, TimeSpan grace) =>
        terminal.Say($"stopping ({reason}): the workers checkpoint, {Figures.Duration(grace)} at most; a second Ctrl-C or SIGTERM kills at once");

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>A line for each alarm among a stage's newest figures that was not said yet.</summary>
    protected void SayAlarms(string stage, HeartbeatMessage heartbeat)
    {
        foreach (RewardAlarm alarm in RewardAlarm.Among(heartbeat.Live).Where(alarm => _alarms.Add((stage, alarm.Name))))
            terminal.Say($"{stage}: alarm {alarm.Name} at step {heartbeat.StepsDone} ({Figures.Any(alarm.Value)}): {alarm.Explain()}");
    }

    /// <summary>A line through the terminal's door.</summary>
    protected void Say(string line) => terminal.Say(line);
}
