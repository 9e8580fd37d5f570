using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Rewards;
using R1Pipeline.Rewards.Measuring;
using R1Pipeline.Stages.Models;

namespace R1Pipeline.Stages.RejectionSampling;

/// <summary>
/// Why a sampled output is not kept (r1-recipe.md 9): the first filter that it fails, in a fixed order, so that the counted reasons add up.
/// Duplicates are not judged here: they depend on what was kept before.
/// </summary>
internal sealed class RejectionFilters(RejectionSamplingOptions options, ModelText text)
{
    /// <summary>An earlier sample of the problem has the same text.</summary>
    public const string Duplicate = "duplicate";

    /// <summary>The problem already has as many texts as are kept of one.</summary>
    public const string Surplus = "surplus";

    /// <summary>A reward failed: the output is neither right nor wrong, and is not kept.</summary>
    public const string RewardError = "reward-error";

    /// <summary>The gold cannot be compared with: the output is neither right nor wrong, and is not kept.</summary>
    public const string NotGradable = "not-gradable";

    /// <summary>The answer is wrong.</summary>
    public const string Incorrect = "incorrect";

    private const string Fence = "```";

    private readonly RuleReward _reward = new(new RewardWeights(1, 1, 1), options.Format, text.LanguageRule);

    /// <summary>All reasons, in the order in which they are asked.</summary>
    public static IReadOnlyList<string> Reasons { get; } = [RewardError, NotGradable, Incorrect, "format", "language", "length", "repetition", "code-block", Duplicate, Surplus];

    /// <summary>The first filter that the output fails; null: it passes them all.</summary>
    /// <param name="input">The output.</param>
    /// <param name="measured">What the rules measured of it.</param>
    /// <param name="outputIds">Its tokens.</param>
    /// <param name="judged">Whether a judge says later if it is right: rules are not asked.</param>
    public string? Reason(RewardInput input, MeasuredOutput measured, int[] outputIds, bool judged = false)
    {
        RewardBreakdown reward = _reward.Score(input, measured);
        if (reward.IsError) return RewardError;
        bool graded = reward.Parts.TryGetValue(RuleReward.Accuracy, out double accuracy);
        if (!judged && !graded) return NotGradable;
        if (!judged && accuracy < 1) return Incorrect;
        if (reward.Parts["format"] < 1) return "format";
        if (reward.Parts["language"] < options.MinLanguage) return "language";
        if (outputIds.Length > (options.MaxKeptTokens ?? int.MaxValue)) return "length";
        if (Repetition.Occurs(outputIds, options.RepetitionTokens)) return "repetition";
        return options.DropCodeBlocks && ThinksInCode(input) ? "code-block" : null;
    }

    private bool ThinksInCode(RewardInput input) =>
        FormatReward.Check(input.Completion, input.Finished, options.Format).Think?.Contains(Fence, StringComparison.Ordinal) == true;
}
