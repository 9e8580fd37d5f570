using System.ComponentModel.DataAnnotations;

namespace R1Pipeline.Contracts.Options;

/// <summary>R1's second RL stage: rule rewards for reasoning prompts, a reward model for general prompts (r1-recipe.md 5.3).</summary>
public sealed record AllScenarioRlOptions : GrpoOptions
{
    /// <summary>General prompts among the questions of one iteration. Rows with a gold answer are reasoning prompts, the others general ones.</summary>
    [Range(0, 1_000_000)]
    public int GeneralQuestions { get; init; } = 128;

    /// <summary>First iteration (1-based) that draws general prompts. The paper: only the last 400 of 1,700 steps.</summary>
    [Range(1, 10_000_000)]
    public int GeneralFromIteration { get; init; } = 1;

    /// <summary>Weight of the reward models' mean, each mapped as <c>reward-model-map</c> says.</summary>
    [Range(0.0, 100.0)]
    public double RewardModelWeight { get; init; } = 1;

    /// <summary>How a model's score becomes a reward; null: <c>probability</c> for a pointwise model, <c>sigmoid</c> for a pairwise one.</summary>
    [AbsentFromKeyWhenNull]
    public RewardModelMap? RewardModelMap { get; init; }

    /// <summary>The scale of the map <c>sigmoid</c>. The papers state none (r1-recipe.md 15.6).</summary>
    [Range(0.01, 100.0)]
    public double RewardModelScale { get; init; } = 2;

    /// <summary>The bound of the map <c>clipped</c>, in deviations; null: 3.</summary>
    [Range(0.01, 100.0), AbsentFromKeyWhenNull]
    public double? RewardModelClip { get; init; }

    /// <summary>Weights of the reward's parts by type of prompt, in place of those above; null: those above.</summary>
    [AbsentFromKeyWhenNull]
    public RewardCompositionOptions? Rewards { get; init; }

    /// <summary>A judge of general outputs: the part <c>judge</c>, its score of the final answer (0 to 1), beside the reward models or in their place. The papers have none. null: none.</summary>
    [AbsentFromKeyWhenNull]
    public JudgeOptions? Judge { get; init; }

    /// <summary>Weight of the judge's score; null: 1.</summary>
    [Range(0.0, 100.0), AbsentFromKeyWhenNull]
    public double? JudgeWeight { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> PassedVariables() => Judge?.KeyEnv is { } name ? [name] : [];
}
