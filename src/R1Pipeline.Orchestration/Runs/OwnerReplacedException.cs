namespace R1Pipeline.Orchestration.Runs;

/// <summary>A later owner took the run over: the earlier one must stop, and the change that it wanted was not made.</summary>
public sealed class OwnerReplacedException(string run, RunChange change)
    : Exception($"{change.GetType().Name} was refused: another process took run {run} over since")
{
    /// <summary>The run.</summary>
    public string Run { get; } = run;
}
