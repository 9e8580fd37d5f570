using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Data.Rows;
using R1Pipeline.Data.Sequences;
using R1Pipeline.Rewards;
using R1Pipeline.Rewards.Measuring;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Rollouts;

namespace R1Pipeline.Stages.AllScenarioRl;

/// <summary>
/// Scores rollouts by the type of their prompt (r1-recipe.md 5.3): reasoning by rules; general and safety ones by reward models in place of accuracy, plus format
/// and language. A model's score becomes a reward by its map; helpfulness is judged on the final answer, harmlessness on the whole response.
/// Departures: (1) the paper gives each general prompt to one reward model; where neither the rows (<c>task: safety</c>) nor <c>rewards:</c> say to which, all judge
/// it and are averaged. (2) An output without a final answer has nothing to be judged helpful. That is a value, the lowest there is (the map's lower bound, or the
/// lowest reward that the model gave in this iteration), not a part that does not apply: else leaving the answer out would beat a bad one. Its verdict says so.
/// </summary>
/// <param name="text">The policy's tokenizer and template.</param>
/// <param name="rules">The rule rewards by type of prompt.</param>
/// <param name="rewards">What else each type is rewarded for.</param>
/// <param name="format">The format that says what the final answer is.</param>
/// <param name="scoredAtOnce">Outputs that go through a reward model at once.</param>
/// <param name="meter">Measures outputs.</param>
internal sealed class ScenarioScorer(
    ModelText text, IReadOnlyDictionary<PromptType, RuleReward> rules, IReadOnlyDictionary<PromptType, PromptReward> rewards, AnswerFormat format, int scoredAtOnce, OutputMeter meter) : IRolloutScorer
{
    /// <inheritdoc/>
    public IReadOnlyList<RewardBreakdown> Score(IReadOnlyList<RolloutGroup> groups)
    {
        Output[] outputs = [.. groups.SelectMany(grouped => grouped.Rollouts.Select(rollout => Read(((LedgerRow)grouped.Question.Row).Row, rollout)))];
        Dictionary<RewardJudge, JudgedOutput?[]> judged = rewards.Values.SelectMany(reward => reward.Models).Select(model => model.Judge).Distinct()
            .ToDictionary(judge => judge, judge => Judge(judge, outputs));
        var measured = new Queue<MeasuredOutput>(meter.Measure([.. outputs.Select(output => output.Input).OfType<RewardInput>()], format, text.LanguageRule));
        return
        [
            .. outputs.Select((output, i) => output.Input is { } input
                ? WithModels(rules[output.Type].Score(input, measured.Dequeue()), rewards[output.Type], judge => judged[judge][i]!)
                : RewardBreakdown.Failed(RuleReward.Rules, output.Error!)),
        ];
    }

    // An id that the tokenizer does not have is the output's failure, not the step's.
    private Output Read(DataRow row, Rollout rollout) =>
        new(row, PromptReward.TypeOf(row), RewardOutcome.Ask(() => text.RewardInput(row, rollout.OutputIds, rollout.Finished), out string? error), error);

    private static RewardBreakdown WithModels(RewardBreakdown byRules, PromptReward reward, Func<RewardJudge, JudgedOutput> said)
    {
        if (reward.Models.Count == 0) return byRules;
        JudgedOutput[] scores = [.. reward.Models.Select(model => said(model.Judge))];
        var sum = new RewardSum(byRules);
        if (reward.MeanWeight is { } weight)
        {
            string? error = scores.Select(score => score.Reward.Error).FirstOrDefault(reason => reason is not null);
            _ = sum.Add("model", error is null ? RewardOutcome.Of(scores.Average(score => score.Reward.Value!.Value)) : RewardOutcome.Failed(error), weight);
        }

        for (int i = 0; i < scores.Length; i++)
        {
            string name = reward.Models[i].Judge.Name;
            if (reward.MeanWeight is null) _ = sum.Add($"model-{name}", scores[i].Reward, reward.Models[i].Weight);
            else if (scores.Length > 1) _ = sum.Show($"model-{name}", scores[i].Reward);
            if (scores[i].Score is { } raw) _ = sum.Show($"score-{name}", RewardOutcome.Of(raw));
        }

        return sum.Build(scores.Any(score => score.NoAnswer) ? AnswerVerdict.NoAnswer : byRules.Verdict);
    }

    /// <summary>What one model says of the outputs that it is asked about; null at the others.</summary>
    private JudgedOutput?[] Judge(RewardJudge judge, Output[] outputs)
    {
        var judged = new JudgedOutput?[outputs.Length];
        var sequences = new List<TrainingSequence>();
        var (scored, silent) = (new List<int>(), new List<int>());
        for (int i = 0; i < outputs.Length; i++)
        {
            if (outputs[i].Input is not { } input || !rewards[outputs[i].Type].Models.Any(model => model.Judge == judge)) continue;
            string? judgedText = judge.JudgesWholeResponse ? input.Completion : FinalAnswer(input, format);
            if (string.IsNullOrWhiteSpace(judgedText))
            {
                silent.Add(i);
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
                judged[i] = new(RewardOutcome.Failed($"longer than the {judge.Model.Body.Config.ContextTokens} tokens of reward model {judge.Name}"));
            }
        }

        float[] scores = judge.Score(sequences, scoredAtOnce);
        for (int i = 0; i < scored.Count; i++) judged[scored[i]] = new(RewardOutcome.Of(judge.Map.Reward(scores[i])), scores[i]);
        double? lowest = judge.Map.Floor ?? (scores.Length > 0 ? judge.Map.Reward(scores.Min()) : null);
        foreach (int i in silent)
            judged[i] = new(lowest is { } value ? RewardOutcome.Of(value) : RewardOutcome.Failed("no output of the iteration has a final answer to compare with"), NoAnswer: true);
        return judged;
    }

    /// <summary>What an output finally answers; null: nothing.</summary>
    internal static string? FinalAnswer(RewardInput input, AnswerFormat format)
    {
        var verdict = FormatReward.Check(input.Completion, input.Finished, format);
        return verdict.Answer ?? AnswerExtraction.AnswerBlock(input.Completion);
    }

    private sealed record Output(DataRow Row, PromptType Type, RewardInput? Input, string? Error);

    private sealed record JudgedOutput(RewardOutcome Reward, float? Score = null, bool NoAnswer = false);
}
