using System.ComponentModel.DataAnnotations;

namespace R1Pipeline.Contracts.Options;

/// <summary>What the supervised stages (pretraining, cold start, SFT, distillation) share.</summary>
public abstract record SupervisedOptions : OptimizerOptions
{
    /// <summary>Passes over the rows.</summary>
    [Range(1, 1000)]
    public int Epochs { get; init; } = 1;

    /// <summary>Sequences (rows, or packed sequences with <c>packing</c>) in one optimizer step. The last batch of an epoch may be smaller: no row is dropped.</summary>
    [Range(1, 1_000_000)]
    public int BatchSize { get; init; } = 128;

    /// <summary>Longest sequence in tokens; a longer row is refused as <c>too-long</c> (pretraining: cut into pieces). Null: the model's context.</summary>
    [Range(2, 1_048_576)]
    public int? MaxTokens { get; init; }

    /// <summary>Pack several rows into one sequence of <c>max-tokens</c>, each row blind to the others (best fit).</summary>
    public bool Packing { get; init; }
}
