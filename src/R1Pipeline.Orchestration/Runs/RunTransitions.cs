namespace R1Pipeline.Orchestration.Runs;

/// <summary>What every change does to a run's state. Pure: no store, no clock, no process.</summary>
public static class RunTransitions
{
    /// <summary>The state after a change.</summary>
    public static RunState Apply(RunState run, RunChange change) => throw new NotSupportedException($"{run} {change}");
}
