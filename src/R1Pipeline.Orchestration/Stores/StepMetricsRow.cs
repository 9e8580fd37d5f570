using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Orchestration.Stores;

/// <summary>The committed figures of one step of one stage.</summary>
public sealed record StepMetricsRow(string Stage, StepMetrics Metrics);
