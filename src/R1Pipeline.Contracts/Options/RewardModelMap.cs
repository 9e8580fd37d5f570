namespace R1Pipeline.Contracts.Options;

/// <summary>
/// How the raw score s of a reward model becomes a reward beside rules of 0 and 1. Mean and std are those of its held-out scores, stored with the model
/// (<c>score_statistics.json</c>). The papers state none (r1-recipe.md 15.6).
/// </summary>
public enum RewardModelMap
{
    /// <summary>1 / (1 + exp(-scale · (s - mean) / std)), with <c>reward-model-scale</c>: 0 to 1.</summary>
    Sigmoid,

    /// <summary>1 / (1 + exp(-s)): the probability that a pointwise model was trained to say, 0 to 1.</summary>
    Probability,

    /// <summary>(s - mean) / std: no bounds.</summary>
    Standardized,

    /// <summary>(s - mean) / std, cut to -<c>reward-model-clip</c> and +<c>reward-model-clip</c>.</summary>
    Clipped,

    /// <summary>s as it is: no bounds, and no scale that others could be weighed against.</summary>
    None,
}
