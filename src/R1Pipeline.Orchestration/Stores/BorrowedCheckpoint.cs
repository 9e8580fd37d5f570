namespace R1Pipeline.Orchestration.Stores;

/// <summary>A checkpoint of the same stage key that another run made: an attempt may go on from it, and never drops it.</summary>
/// <param name="Run">The run that made it.</param>
/// <param name="Checkpoint">Its row there.</param>
public sealed record BorrowedCheckpoint(string Run, CheckpointRow Checkpoint);
