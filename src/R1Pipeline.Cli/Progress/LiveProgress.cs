using R1Pipeline.Cli.Output;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Runs;
using Spectre.Console;

namespace R1Pipeline.Cli.Progress;

/// <summary>Progress as bars, one a stage, drawn in place with live figures; lines of text scroll above them.</summary>
internal sealed class LiveProgress : ProgressDisplay
{
    private readonly TaskCompletionSource<ProgressContext> _context = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, ProgressTask> _bars = [];
    private readonly FiguresColumn _figures = new();
    private readonly Task _display;

    public LiveProgress(Terminal terminal, string stateDirectory)
        : base(terminal, stateDirectory)
    {
        _display = terminal.People.Progress()
            .AutoClear(false)
            .HideCompleted(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 24 }, new StepsColumn(), new ElapsedTimeColumn(), _figures)
            .StartAsync(async context =>
            {
                _context.SetResult(context);
                await _end.Task;
            });
    }

    /// <inheritdoc/>
    public override void RunStarted(RunState run, bool continued)
    {
        base.RunStarted(run, continued);
        ProgressContext context = _context.Task.GetAwaiter().GetResult();
        foreach (StageState stage in run.Stages)
        {
            ProgressTask bar = context.AddTask(Markup.Escape(stage.Name), autoStart: false, maxValue: Math.Max(stage.StepsPlanned, 1));
            _bars[stage.Name] = bar;
            if (stage.State == ExecutionState.Done) Fill(stage, "done before");
        }
    }

    /// <inheritdoc/>
    public override void WaitingForSlot(string stage) => _figures.Set(_bars[stage], "waits for a free slot");

    /// <inheritdoc/>
    public override void StageYielded(StageState stage) => _figures.Set(_bars[stage.Name], "gave its slot to a run of higher priority");

    /// <inheritdoc/>
    public override void StageCached(StageState stage) => Fill(stage, $"cached, run {stage.OriginRun}");

    /// <inheritdoc/>
    public override void AttemptStarted(StageState stage, AttemptState attempt)
    {
        ProgressTask bar = _bars[stage.Name];
        _figures.Set(bar, attempt.Number > 1 ? $"attempt {attempt.Number} starts" : "starts");
        if (!bar.IsStarted) bar.StartTask();
    }

    /// <inheritdoc/>
    public override void Heartbeat(string stage, HeartbeatMessage heartbeat)
    {
        SayAlarms(stage, heartbeat);
        ProgressTask bar = _bars[stage];
        if (heartbeat.StepsPlanned > 0) bar.MaxValue = heartbeat.StepsPlanned;
        bar.Value = Math.Min(heartbeat.StepsDone, bar.MaxValue);
        string figures = LiveFigures.Text(heartbeat.Live);
        _figures.Set(bar, figures.Length > 0 ? $"{heartbeat.Phase} · {figures}" : heartbeat.Phase);
    }

    /// <inheritdoc/>
    public override void StageDone(StageState stage) => Fill(stage, "done");

    /// <inheritdoc/>
    public override void StageFailed(StageState stage)
    {
        base.StageFailed(stage);
        _figures.Set(_bars[stage.Name], "failed");
        _bars[stage.Name].StopTask();
    }

    /// <inheritdoc/>
    public override void StageInterrupted(StageState stage)
    {
        base.StageInterrupted(stage);
        _figures.Set(_bars[stage.Name], "interrupted");
        _bars[stage.Name].StopTask();
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        _end.TrySetResult();
        await _display;
        await base.DisposeAsync();
    }

    private void Fill(StageState stage, string text)
    {
        ProgressTask bar = _bars[stage.Name];
        bar.MaxValue = Math.Max(stage.StepsPlanned, 1);
        if (!bar.IsStarted) bar.StartTask();
        bar.Value = bar.MaxValue;
        _figures.Set(bar, text);
        bar.StopTask();
    }
}
