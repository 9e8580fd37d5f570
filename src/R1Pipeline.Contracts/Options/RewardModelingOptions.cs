using System.ComponentModel.DataAnnotations;

namespace R1Pipeline.Contracts.Options;

/// <summary>Reward model: a scalar head, its score read at the last token; helpful ones are trained on pairs, safety ones on labelled responses (r1-recipe.md 5.3).</summary>
public sealed record RewardModelingOptions : OptimizerOptions
{
    /// <summary>What it is trained on: pairs or labelled responses; null: pairs.</summary>
    [AbsentFromKeyWhenNull]
    public RewardObjective? Objective { get; init; }

    /// <summary>Passes over the pairs (pointwise: responses).</summary>
    [Range(1, 1000)]
    public int Epochs { get; init; } = 1;

    /// <summary>Pairs (pointwise: responses) in one optimizer step.</summary>
    [Range(1, 1_000_000)]
    public int BatchSize { get; init; } = 256;

    /// <summary>Longest prompt + response in tokens; a longer pair or response is refused.</summary>
    [Range(2, 1_048_576)]
    public int? MaxTokens { get; init; }

    /// <summary>Pairs (pointwise: responses) held out, from the end of the (shuffled) source: they give the accuracy and the score statistics.</summary>
    [Range(2, 1_000_000)]
    public int HeldOutPairs { get; init; } = 200;

    /// <summary>Train a low-rank adapter and the head instead of the model's own weights; null: train them all.</summary>
    [AbsentFromKeyWhenNull]
    public LoraOptions? Lora { get; init; }

    /// <summary>Gate: accuracy on the held-out pairs; null: no gate.</summary>
    [Range(0.0, 1.0), OutsideKey(IsLimit = true)]
    public double? MinPairAccuracy { get; init; }

    /// <summary>Gate (pointwise): area under the ROC curve on the held-out responses; null: no gate.</summary>
    [Range(0.0, 1.0), OutsideKey(IsLimit = true)]
    public double? MinAuc { get; init; }

    /// <summary>Whether it learns from labelled responses.</summary>
    public static bool IsPointwise(RewardModelingOptions options) => options?.Objective == RewardObjective.Pointwise;
}
