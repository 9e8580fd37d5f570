using System.ComponentModel.DataAnnotations;

namespace R1Pipeline.Contracts.Options;

/// <summary>Measurement of one or more models on the stage's <c>tasks:</c> (r1-recipe.md 12).</summary>
public sealed record EvaluationOptions : StageOptions
{
    /// <summary>Samples in one shard: the unit of progress and of checkpoints. More run side by side, at more memory.</summary>
    [Range(1, 1_000_000)]
    public int ShardSamples { get; init; } = 512;

    /// <summary>Tokens of prompts, padding included, that are read at once; null: 65,536. Bounds the activations of many long prompts. Another number may change an output by rounding.</summary>
    [Range(1, 1_000_000_000), AbsentFromKeyWhenNull]
    public int? MaxPrefillTokens { get; init; }

    /// <summary>Sample outputs of every model and task that the report shows.</summary>
    [Range(0, 1000)]
    public int ShownSamples { get; init; } = 3;
}
