namespace R1Pipeline.Orchestration.Planning;

/// <summary>A line of <c>plan</c>.</summary>
/// <param name="Name">Stage name.</param>
/// <param name="Cached">Whether an earlier result will be taken over.</param>
/// <param name="Why">Why it is not cached (which option or input changed, or never run), or which run made it.</param>
/// <param name="Steps">Optimizer steps or shards; an estimate where <paramref name="Tokens"/> is one.</param>
/// <param name="Tokens">Estimated tokens worked through.</param>
/// <param name="MemoryBytes">Estimated memory of the worker.</param>
/// <param name="DiskBytes">Estimated disk for checkpoints, rollouts and the output.</param>
public sealed record PlannedStage(string Name, bool Cached, string Why, long Steps, long Tokens, long MemoryBytes, long DiskBytes)
{
    /// <summary>What the memory is for; null: the stage is cached.</summary>
    public MemoryEstimate? Memory { get; init; }
}
