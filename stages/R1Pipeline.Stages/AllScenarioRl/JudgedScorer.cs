using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Rewards;
using R1Pipeline.Rewards.Judging;
using R1Pipeline.Stages.Judging;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Rollouts;

namespace R1Pipeline.Stages.AllScenarioRl;

/// <summary>
/// Adds the part <c>judge</c> to the rewards of general outputs (not of those of the safety set): a language model's score of the final answer, 0 to 1. An output without a final answer earns 0 and is
/// not asked about. A judgement that failed leaves the output out of its group's mean and deviation, like any reward that failed.
/// </summary>
/// <param name="scorer">The rewards that it is added to.</param>
/// <param name="judge">The judge.</param>
/// <param name="text">The policy's tokenizer and template.</param>
/// <param name="options">Weight and format.</param>
/// <param name="host">Told that the judge is at work.</param>
internal sealed class JudgedScorer(IRolloutScorer scorer, Judge judge, ModelText text, AllScenarioRlOptions options, ILoopHost host) : IRolloutScorer
{
    /// <summary>Name of the part.</summary>
    public const string Part = "judge";

    /// <inheritdoc/>
    public IReadOnlyList<RewardBreakdown> Score(IReadOnlyList<RolloutGroup> groups)
    {
        RewardBreakdown[] rewards = [.. scorer.Score(groups)];
        var asked = new List<(int Output, JudgeQuestion Question)>();
        int output = -1;
        foreach (RolloutGroup grouped in groups)
        {
            var row = ((LedgerRow)grouped.Question.Row).Row;
            foreach (Rollout rollout in grouped.Rollouts)
            {
                output++;
                // What the other rewards could not read has failed already.
                if (PromptReward.TypeOf(row) != PromptType.General || RewardOutcome.Ask(() => text.RewardInput(row, rollout.OutputIds, rollout.Finished), out _) is not { } input) continue;
                string? answer = ScenarioScorer.FinalAnswer(input, options.Format);
                if (string.IsNullOrWhiteSpace(answer)) rewards[output] = With(rewards[output], RewardOutcome.Of(0)) with { Verdict = AnswerVerdict.NoAnswer };
                else asked.Add((output, JudgeQuestion.Score(StageJudge.Shown(row.Prompt!), answer.Trim())));
            }
        }

        host.Phase("judging");
        IReadOnlyList<Judgement> judged = judge.AskAll(asked.Select(item => item.Question), host.Progress);
        for (int i = 0; i < asked.Count; i++) rewards[asked[i].Output] = With(rewards[asked[i].Output], judged[i].Outcome);
        return rewards;
    }

    private RewardBreakdown With(RewardBreakdown reward, RewardOutcome outcome) => new RewardSum(reward).Add(Part, outcome, options.JudgeWeight ?? 1).Build(reward.Verdict);
}
