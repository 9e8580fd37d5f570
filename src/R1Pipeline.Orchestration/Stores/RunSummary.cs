using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Orchestration.Stores;

/// <summary>A line of <c>runs</c>.</summary>
public sealed record RunSummary(string Run, string Pipeline, ExecutionState State, DateTimeOffset Created, int Priority);
