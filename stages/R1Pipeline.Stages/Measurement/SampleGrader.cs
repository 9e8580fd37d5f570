using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Rewards;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Training.Generation;

namespace R1Pipeline.Stages.Measurement;

/// <summary>
/// Grades sampled outputs. A row with a gold answer is graded by it (strict: the answer that counts; loose: the last number
/// anywhere, which a right answer can be followed by; where the gold is no number, the strict verdict stands for it);
/// a row without one by its must and must-not words (strict: and well-formed; loose: whatever the format).
/// </summary>
internal sealed class SampleGrader(ModelText text, AnswerFormat format)
{
    private readonly RuleReward _reward = new(new RewardWeights(1, 1, 1), format, text.LanguageRule);

    /// <summary>What the output counts for; where grading fails, nothing but the failure.</summary>
    public GradedSample Grade(LedgerRow row, int problem, GeneratedSequence output)
    {
        return RewardOutcome.Ask(() => Graded(row, problem, output), out string? error) ?? new GradedSample
        {
            Problem = problem,
            Sample = output.Sample,
            Error = error,
            Correct = false,
            LooseCorrect = false,
            WellFormed = false,
            Mixed = false,
            Reflective = false,
            Tokens = output.OutputIds.Length,
        };
    }

    private GradedSample Graded(LedgerRow row, int problem, GeneratedSequence output)
    {
        var input = text.RewardInput(row.Row, output.OutputIds, output.Finished);
        var statistics = OutputStatistics.Of(input, format, text.LanguageRule);
        bool byGold = row.Row.IsReasoning;
        return new GradedSample
        {
            Problem = problem,
            Sample = output.Sample,
            Correct = (byGold ? statistics.Strict : statistics.Helpful) == true,
            LooseCorrect = byGold ? (statistics.Loose ?? statistics.Strict) == true : HasWords(input),
            Vote = byGold || statistics.FormatOk ? statistics.Answer : null,
            WellFormed = statistics.FormatOk,
            Mixed = statistics.Mixed,
            Reflective = statistics.ReflectiveWords > 0,
            Tokens = output.OutputIds.Length,
        };
    }

    /// <summary>The output as the report shows it.</summary>
    public ShownSample Show(LedgerRow row, GeneratedSequence output)
    {
        var input = text.RewardInput(row.Row, output.OutputIds, output.Finished);
        return new ShownSample
        {
            Question = row.Id,
            Prompt = text.Template.RenderPrompt(row.Row.Prompt!),
            Output = input.Completion,
            Gold = row.Row.Gold,
            FinishReason = output.Finished ? "stop" : "length",
            Rewards = _reward.Score(input).Parts,
        };
    }

    private static bool HasWords(RewardInput input) =>
        input.Must is not null && GeneralAnswer.IsHelpful(AnswerExtraction.Strict(input.Completion) ?? input.Completion, input.Must, input.MustNot ?? []);
}
