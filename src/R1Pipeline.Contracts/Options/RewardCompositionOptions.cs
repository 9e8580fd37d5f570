using System.ComponentModel.DataAnnotations;

namespace R1Pipeline.Contracts.Options;

/// <summary>
/// The parts of the reward by type of prompt, each with its weight: <c>accuracy</c> (reasoning), <c>format</c>, <c>language</c>, and the names under <c>reward-models:</c>
/// (general and safety). A part that is not named weighs nothing and is still measured. The paper: reasoning prompts accuracy + format, general ones the helpful
/// model + format, safety ones the safety model + format, language on all, everything at weight 1 (r1-recipe.md 5.3).
/// </summary>
public sealed record RewardCompositionOptions
{
    /// <summary>Prompts with a gold answer; null: <c>accuracy-weight</c>, <c>format-weight</c>, <c>language-weight</c>.</summary>
    [Range(0.0, 100.0)]
    public IReadOnlyDictionary<string, double>? Reasoning { get; init; }

    /// <summary>Prompts without one; null: <c>reward-model-weight</c> on the mean of the reward models, <c>format-weight</c>, <c>language-weight</c>.</summary>
    [Range(0.0, 100.0)]
    public IReadOnlyDictionary<string, double>? General { get; init; }

    /// <summary>Prompts of <c>task: safety</c>; null: as for general prompts, with the models that judge whole responses.</summary>
    [Range(0.0, 100.0)]
    public IReadOnlyDictionary<string, double>? Safety { get; init; }
}
