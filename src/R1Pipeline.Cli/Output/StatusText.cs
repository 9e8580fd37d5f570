using R1Pipeline.Orchestration.Reports;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Status;

namespace R1Pipeline.Cli.Output;

/// <summary>A run's status in words and as a table.</summary>
internal static class StatusText
{
    /// <summary>The word of <c>status --json</c>.</summary>
    public static string State(ExecutionState state) => state.ToString().ToLowerInvariant();

    /// <summary>The line above the table.</summary>
    public static string Head(RunStatus run) =>
        $"{run.Run}  {run.Pipeline}  {State(run.State)}{(run.OwnerPid is { } pid && run.State == ExecutionState.Running ? $" by process {pid}" : "")}  created {run.Created:u}";

    /// <summary>All of it: the head, the table, what stopped each stage.</summary>
    public static void Print(Terminal terminal, RunStatus run)
    {
        terminal.Print(Head(run));
        TableView.Print(terminal, Stages(run), "uses", "state", "resumed from");
        foreach (string message in Messages(run)) terminal.Print(message);
        foreach (StageStatus stage in run.Stages)
        {
            foreach (StageAlarm alarm in stage.Alarms) terminal.Print(Alarm(stage.Name, alarm));
        }
    }

    /// <summary>An alarm of a stage in a line.</summary>
    public static string Alarm(string stage, StageAlarm alarm) => $"{stage}: alarm {alarm.Name}, {alarm.Iterations} ({Figures.Any(alarm.Value)}): {alarm.Meaning}";

    private static ReportTable Stages(RunStatus run) => new(
        "", null, ["stage", "uses", "state", "steps", "attempts", "resumed from", "wall", "peak RSS"], [.. run.Stages.Select(Row)]);

    /// <summary>What stopped each stage that rests without being done, a line each.</summary>
    private static IEnumerable<string> Messages(RunStatus run) => run.Stages
        .Where(stage => stage.Message is not null && stage.State != ExecutionState.Done)
        .Select(stage => $"{stage.Name}: {stage.Message}");

    private static IReadOnlyList<string> Row(StageStatus stage) =>
    [
        stage.Name,
        stage.Uses,
        stage.Cached ? "done, cached" : stage.State == ExecutionState.Running && stage.Phase is { } phase ? $"running, {phase}" : State(stage.State),
        stage.StepsPlanned > 0 ? $"{stage.StepsDone}/{stage.StepsPlanned}" : Figures.None,
        stage.Attempts == 0 ? Figures.None : stage.Attempts.ToString(),
        stage.ResumedFrom.Count == 0 ? Figures.None : string.Join(", ", stage.ResumedFrom),
        Figures.Duration(stage.WallSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null),
        Figures.Bytes(stage.PeakResidentBytes),
    ];
}
