using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Orchestration.Stores;

/// <summary>The answer to a request for a lease: either the lease with the run's new state, or the run that computes the same key.</summary>
/// <param name="Lease">The lease; null when refused.</param>
/// <param name="Run">The run's state after the grant; null when refused.</param>
/// <param name="BusyRun">Run that holds the same key; null when granted.</param>
/// <param name="BusyStage">Its stage.</param>
public sealed record LeaseGrant(Lease? Lease, RunState? Run, string? BusyRun, string? BusyStage);
