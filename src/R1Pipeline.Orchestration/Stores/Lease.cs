namespace R1Pipeline.Orchestration.Stores;

/// <summary>The right to write for one attempt. A write with an older token is refused.</summary>
/// <param name="Run">Run id.</param>
/// <param name="Stage">Stage name.</param>
/// <param name="Token">Fencing token; only grows.</param>
public sealed record Lease(string Run, string Stage, long Token);
