using System.ComponentModel.DataAnnotations;

namespace R1Pipeline.Contracts.Options;

/// <summary>What every stage can be told under <c>with:</c>.</summary>
public abstract record StageOptions
{
    /// <summary>CPU threads that the stage computes with. More threads may change the last bits of the result.</summary>
    [Range(1, 256)]
    public int Threads { get; init; } = 1;

    /// <summary>Steps (or shards) between two checkpoints. A kill loses at most so many steps.</summary>
    [Range(1, 1_000_000), OutsideKey]
    public int CheckpointEverySteps { get; init; } = 50;

    /// <summary>Newest checkpoints that stay, also after the stage is done; older ones are pruned after a commit.</summary>
    [Range(1, 1000), OutsideKey]
    public int KeepCheckpoints { get; init; } = 2;

    /// <summary>Attempts that may fail in retryable ways, all of them together, before the stage is failed; <c>retries</c> bounds each way.</summary>
    [Range(1, 1000), OutsideKey]
    public int MaxAttempts { get; init; } = 20;

    /// <summary>How often the stage is tried again, by how its attempts failed.</summary>
    [OutsideKey]
    public RetryOptions Retries { get; init; } = new();

    /// <summary>Seconds without progress (tokens, rows, steps) after which the attempt is killed and retried.</summary>
    [Range(1, 1_000_000), OutsideKey]
    public int StallTimeoutSeconds { get; init; } = 600;
}
