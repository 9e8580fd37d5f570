using R1Pipeline.Cli.Output;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Status;

namespace R1Pipeline.Cli.Progress;

/// <summary>Follows a run of another process by its stored status: says what changed, and every few seconds how far the running stages are.</summary>
internal sealed class StatusFollower(Terminal terminal, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, ExecutionState> _states = [];
    private readonly HashSet<(string Stage, string Alarm)> _alarms = [];
    private long? _lastLine;

    public void Show(RunStatus run)
    {
        if (_lastLine is null) terminal.Say(StatusText.Head(run));
        bool due = _lastLine is not { } last || time.GetElapsedTime(last) >= Interval;
        foreach (StageStatus stage in run.Stages)
        {
            bool changed = !_states.TryGetValue(stage.Name, out ExecutionState before) ? stage.State != ExecutionState.Waiting : before != stage.State;
            if (changed || (due && stage.State == ExecutionState.Running)) terminal.Say(Line(stage));
            _states[stage.Name] = stage.State;
            foreach (StageAlarm alarm in stage.Alarms.Where(alarm => _alarms.Add((stage.Name, alarm.Name)))) terminal.Say(StatusText.Alarm(stage.Name, alarm));
        }
        if (due) _lastLine = time.GetTimestamp();
    }

    private static string Line(StageStatus stage)
    {
        string steps = stage.StepsPlanned > 0 ? $", step {stage.StepsDone}/{stage.StepsPlanned}" : "";
        string phase = stage.State == ExecutionState.Running && stage.Phase is not null ? $", {stage.Phase}" : "";
        return $"{stage.Name}: {StatusText.State(stage.State)}{(stage.Cached ? ", cached" : "")}{steps}{phase}";
    }
}
