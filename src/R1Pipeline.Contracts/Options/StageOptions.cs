using System.ComponentModel.DataAnnotations;

namespace R1Pipeline.Contracts.Options;

/// <summary>What every stage can be told under <c>with:</c>.</summary>
public abstract record StageOptions
{
    /// <summary>CPU threads that the stage computes with. More threads may change the last bits of the result.</summary>
    [Range(1, 256)]
    public int Threads { get; init; } = 1;

    /// <summary>
    /// Where the model lies and is computed: <c>cpu</c>, <c>cuda</c>, <c>cuda:N</c>, or <c>auto</c>, a CUDA device where the program was built with one and the machine has
    /// one, else the CPU. Null: <c>auto</c>. Another device changes the last bits of the result.
    /// </summary>
    [AbsentFromKeyWhenNull]
    public string? Device { get; init; }

    /// <summary>What the model is computed in; null: bf16 on CUDA, fp32 on the CPU, where bf16 is slow.</summary>
    [AbsentFromKeyWhenNull]
    public ComputePrecision? Precision { get; init; }

    /// <summary>Steps (or shards) between two checkpoints. A kill loses at most so many steps.</summary>
    [Range(1, 1_000_000), OutsideKey]
    public int CheckpointEverySteps { get; init; } = 50;

    /// <summary>Seconds after which a checkpoint is made at the end of the step, however few steps were done since the last one; 0: only steps count.</summary>
    [Range(0, 1_000_000), OutsideKey]
    public int CheckpointEverySeconds { get; init; } = 600;

    /// <summary>Newest checkpoints that stay, also after the stage is done; older ones are pruned after a commit.</summary>
    [Range(1, 1000), OutsideKey]
    public int KeepCheckpoints { get; init; } = 2;

    /// <summary>Checkpoints that stay beside the newest because their step has the best <c>keep-best-metric</c>; 0: none.</summary>
    [Range(0, 1000), OutsideKey]
    public int KeepBest { get; init; }

    /// <summary>Figure of a step by which <c>keep-best</c> chooses: <c>loss</c>, <c>reward</c>, <c>accuracy</c>, … (<c>r1 metrics</c> shows what a stage has).</summary>
    [OutsideKey]
    public string KeepBestMetric { get; init; } = "loss";

    /// <summary>Which end of <c>keep-best-metric</c> is the best.</summary>
    [OutsideKey]
    public BestOrder KeepBestOrder { get; init; } = BestOrder.Lower;

    /// <summary>Steps: the first checkpoint at or after each multiple stays for good; 0: none does.</summary>
    [Range(0, 1_000_000), OutsideKey]
    public int KeepEvery { get; init; }

    /// <summary>Attempts that may fail in retryable ways, all of them together, before the stage is failed; <c>retries</c> bounds each way.</summary>
    [Range(1, 1000), OutsideKey]
    public int MaxAttempts { get; init; } = 20;

    /// <summary>How often the stage is tried again, by how its attempts failed.</summary>
    [OutsideKey]
    public RetryOptions Retries { get; init; } = new();

    /// <summary>Seconds without progress (tokens, rows, steps) after which the attempt is killed and retried.</summary>
    [Range(1, 1_000_000), OutsideKey]
    public int StallTimeoutSeconds { get; init; } = 600;

    /// <summary>Names of the environment variables that the stage's worker gets beside those that every worker gets: they hold keys.</summary>
    public virtual IReadOnlyList<string> PassedVariables() => [];
}
