using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Rewards;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Rollouts;

namespace R1Pipeline.Stages.Questions;

/// <summary>Scores rollouts by rules alone: accuracy, format, language.</summary>
internal sealed class RuleScorer(ModelText text, RuleReward reward) : IRolloutScorer
{
    /// <inheritdoc/>
    public IReadOnlyList<RewardBreakdown> Score(IReadOnlyList<RolloutGroup> groups) =>
        [.. groups.SelectMany(group => group.Rollouts.Select(rollout => Score(((LedgerRow)group.Question.Row), rollout)))];

    private RewardBreakdown Score(LedgerRow row, Rollout rollout) =>
        RewardOutcome.Ask(() => reward.Score(text.RewardInput(row.Row, rollout.OutputIds, rollout.Finished)), out string? error) ?? RewardBreakdown.Failed(RuleReward.Rules, error!);
}
