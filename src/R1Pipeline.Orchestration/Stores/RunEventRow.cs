namespace R1Pipeline.Orchestration.Stores;

/// <summary>A line of the append-only journal, written in the transaction of the change itself.</summary>
/// <param name="Run">Run id.</param>
/// <param name="Sequence">Grows by one with every event of the run.</param>
/// <param name="Stage">Stage name; null: the run.</param>
/// <param name="Kind">Name of the change.</param>
/// <param name="Json">The change.</param>
/// <param name="At">When.</param>
public sealed record RunEventRow(string Run, long Sequence, string? Stage, string Kind, string Json, DateTimeOffset At);
