using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;

namespace R1Pipeline.Rewards;

/// <summary>
/// The rule rewards of one output: accuracy, format and language consistency, each times its weight, added (r1-recipe.md 5.1, 5.2).
/// Parts: <c>accuracy</c> (only where there is a gold that can be compared), <c>format</c>, <c>language</c>; a part of weight 0 is still measured.
/// </summary>
public sealed class RuleReward(RewardWeights weights, AnswerFormat format, LanguageRule rule = LanguageRule.RunningText)
{
    /// <summary>Scores one output. Safe to call from several threads.</summary>
    public RewardBreakdown Score(RewardInput input) => throw new NotSupportedException($"{weights} {format} {rule} {input}");
}
