using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Data.Rows;
using R1Pipeline.Data.Sequences;
using R1Pipeline.Rewards;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Rollouts;

namespace R1Pipeline.Stages.AllScenarioRl;

/// <summary>
/// Scores rollouts by the type of their question (r1-recipe.md 5.3): reasoning by rules; general by the reward models in place of accuracy, plus format
/// and language. A model's score becomes a reward by the statistics beside it; helpfulness is judged on the final answer, harmlessness on the whole response.
/// Departures: (1) the paper gives each general prompt to one reward model; rows do not say to which, so several models judge every prompt and are averaged.
/// (2) an output without a final answer has nothing to be judged helpful: it earns 0, the map's lower bound.
/// </summary>
/// <param name="text">The policy's tokenizer and template.</param>
/// <param name="rules">The rule rewards.</param>
/// <param name="models">The reward models.</param>
/// <param name="options">Weights and formats.</param>
/// <param name="scoredAtOnce">Outputs that go through a reward model at once.</param>
internal sealed class ScenarioScorer(ModelText text, RuleReward rules, RewardModels models, AllScenarioRlOptions options, int scoredAtOnce) : IRolloutScorer
{
    /// <inheritdoc/>
    public IReadOnlyList<RewardBreakdown> Score(IReadOnlyList<RolloutGroup> groups)
    {
        Output[] outputs =
        [
            .. from grouped in groups
               from rollout in grouped.Rollouts
               let row = ((LedgerRow)grouped.Question.Row).Row
               select new Output(row, text.RewardInput(row, rollout.OutputIds, rollout.Finished)),
        ];
        var rewards = outputs.Select(output => rules.Score(output.Input)).ToArray();

        int[] general = [.. Enumerable.Range(0, outputs.Length).Where(i => !outputs[i].Row.IsReasoning)];
        if (general.Length == 0) return rewards;
        RewardOutcome[][] judged = [.. models.Judges.Select(judge => Judge(judge, [.. general.Select(i => outputs[i])]))];
        for (int i = 0; i < general.Length; i++) rewards[general[i]] = WithModels(rewards[general[i]], [.. judged.Select(scores => scores[i])]);
        return rewards;
    }

    private RewardBreakdown WithModels(RewardBreakdown byRules, RewardOutcome[] scores)
    {
        string? error = scores.Select(score => score.Error).FirstOrDefault(reason => reason is not null);
        var sum = new RewardSum(byRules)
            .Add("model", error is null ? RewardOutcome.Of(scores.Average(score => score.Value!.Value)) : RewardOutcome.Failed(error), options.RewardModelWeight);
        for (int i = 0; i < scores.Length && scores.Length > 1; i++) sum.Show($"model-{models.Judges[i].Name}", scores[i]);
        return sum.Build(byRules.Verdict);
    }

    /// <summary>One model's rewards (0 to 1) of general outputs.</summary>
    private RewardOutcome[] Judge(RewardJudge judge, IReadOnlyList<Output> outputs)
    {
        var rewards = new RewardOutcome[outputs.Count];
        var sequences = new List<TrainingSequence>();
        var scored = new List<int>();
        for (int i = 0; i < outputs.Count; i++)
        {
            string? judgedText = judge.JudgesWholeResponse ? outputs[i].Input.Completion : FinalAnswer(outputs[i].Input);
            if (string.IsNullOrWhiteSpace(judgedText))
            {
                rewards[i] = RewardOutcome.Of(0);
                continue;
            }

            var built = judge.Text.Conversation(outputs[i].Row with { Response = judgedText.Trim(), Think = null, Answer = null }, judge.Model.Body.Config.ContextTokens);
            if (built.Sequence is { } sequence)
            {
                sequences.Add(sequence);
                scored.Add(i);
            }
            else
            {
                rewards[i] = RewardOutcome.Failed($"longer than the {judge.Model.Body.Config.ContextTokens} tokens of reward model {judge.Name}");
            }
        }

        float[] scores = judge.Model.Score(sequences, scoredAtOnce);
        for (int i = 0; i < scored.Count; i++) rewards[scored[i]] = RewardOutcome.Of(judge.Reward(scores[i], options.RewardModelScale));
        return rewards;
    }

    private string? FinalAnswer(RewardInput input)
    {
        var verdict = FormatReward.Check(input.Completion, input.Finished, options.Format);
        return verdict.Answer ?? AnswerExtraction.AnswerBlock(input.Completion);
    }

    private sealed record Output(DataRow Row, RewardInput Input);
}
