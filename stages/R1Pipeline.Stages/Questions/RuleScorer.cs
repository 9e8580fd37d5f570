using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Rewards;
using R1Pipeline.Rewards.Measuring;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Rollouts;

namespace R1Pipeline.Stages.Questions;

/// <summary>Scores rollouts by rules alone: accuracy, format, language.</summary>
/// <param name="text">The policy's tokenizer and template.</param>
/// <param name="reward">The rules and their weights.</param>
/// <param name="meter">Measures outputs.</param>
internal sealed class RuleScorer(ModelText text, RuleReward reward, OutputMeter meter) : IRolloutScorer
{
    /// <inheritdoc/>
    public IReadOnlyList<RewardBreakdown> Score(IReadOnlyList<RolloutGroup> groups)
    {
        var outputs = new List<(RewardInput? Input, string? Error)>();
        foreach (RolloutGroup questioned in groups)
        {
            var row = ((LedgerRow)questioned.Question.Row).Row;

            // An id that the tokenizer does not have is the output's failure, not the step's.
            foreach (Rollout rollout in questioned.Rollouts) outputs.Add((RewardOutcome.Ask(() => text.RewardInput(row, rollout.OutputIds, rollout.Finished), out string? error), error));
        }

        var scored = new Queue<RewardBreakdown>(reward.Score([.. outputs.Select(output => output.Input).OfType<RewardInput>()], meter));
        return [.. outputs.Select(output => output.Input is null ? RewardBreakdown.Failed(RuleReward.Rules, output.Error!) : scored.Dequeue())];
    }
}
