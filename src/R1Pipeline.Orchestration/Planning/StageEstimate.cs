namespace R1Pipeline.Orchestration.Planning;

/// <summary>What a stage would take, and what it would leave to those after it.</summary>
/// <param name="Steps">Optimizer steps or shards.</param>
/// <param name="Tokens">Tokens worked through.</param>
/// <param name="Memory">Memory of the worker.</param>
/// <param name="DiskBytes">Checkpoints, rollouts and output.</param>
/// <param name="Model">The model it puts out or works with.</param>
/// <param name="Output">The dataset it puts out.</param>
internal sealed record StageEstimate(long Steps, long Tokens, MemoryEstimate Memory, long DiskBytes, ModelSize Model, DataSize Output);
