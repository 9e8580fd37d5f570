namespace R1Pipeline.Contracts.Options;

/// <summary>What a reward model is trained to say (r1-recipe.md 5.3).</summary>
public enum RewardObjective
{
    /// <summary>Which of two responses is better: -log sigmoid(chosen - rejected) on rows with <c>chosen</c> and <c>rejected</c>. The helpful model.</summary>
    Pairwise,

    /// <summary>Whether a response is safe: binary cross-entropy of sigmoid(score) on rows with <c>label</c>, over the whole response. The safety model.</summary>
    Pointwise,
}
