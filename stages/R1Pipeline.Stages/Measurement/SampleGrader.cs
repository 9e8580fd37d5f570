using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Rewards;
using R1Pipeline.Rewards.Measuring;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Training.Generation;

namespace R1Pipeline.Stages.Measurement;

/// <summary>
/// Grades sampled outputs. A row with a gold answer is graded by it (strict: the answer that counts; loose: the last number
/// anywhere, which a right answer can be followed by; where the gold is no number, the strict verdict stands for it);
/// a row without one by its must and must-not words (strict: and well-formed; loose: whatever the format).
/// </summary>
/// <param name="text">The measured model's tokenizer and template.</param>
/// <param name="format">The form that is asked for.</param>
/// <param name="meter">Measures outputs.</param>
internal sealed class SampleGrader(ModelText text, AnswerFormat format, OutputMeter meter)
{
    private readonly RuleReward _reward = new(new RewardWeights(1, 1, 1), format, text.LanguageRule);

    /// <summary>What outputs of problems count for, in their order; where grading fails, nothing but the failure.</summary>
    public IReadOnlyList<GradedSample> Grade(IReadOnlyList<(LedgerRow Row, int Problem, GeneratedSequence Output)> outputs)
    {
        (RewardInput? Input, string? Error)[] inputs = [.. outputs.Select(output => (RewardOutcome.Ask(() => Input(output.Row, output.Output), out string? error), error))];
        var measured = new Queue<MeasuredOutput>(meter.Measure([.. inputs.Select(item => item.Input).OfType<RewardInput>()], format, text.LanguageRule));
        return [.. outputs.Select((output, i) => inputs[i].Input is { } input ? Graded(output, input, measured.Dequeue()) : Failed(output.Problem, output.Output, inputs[i].Error!))];
    }

    private static GradedSample Graded((LedgerRow Row, int Problem, GeneratedSequence Output) output, RewardInput input, MeasuredOutput measured)
    {
        if (measured.Statistics is not { } statistics) return Failed(output.Problem, output.Output, measured.Error!);
        bool byGold = output.Row.Row.IsReasoning;
        return new GradedSample
        {
            Problem = output.Problem,
            Sample = output.Output.Sample,
            Correct = (byGold ? statistics.Strict : statistics.Helpful) == true,
            LooseCorrect = byGold ? (statistics.Loose ?? statistics.Strict) == true : HasWords(input),
            Vote = byGold || statistics.FormatOk ? statistics.Answer : null,
            WellFormed = statistics.FormatOk,
            Mixed = statistics.Mixed,
            Reflective = statistics.ReflectiveWords > 0,
            Tokens = output.Output.OutputIds.Length,
        };
    }

    private static GradedSample Failed(int problem, GeneratedSequence output, string error) => new()
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

    /// <summary>The output as the report shows it.</summary>
    public ShownSample Show(LedgerRow row, GeneratedSequence output)
    {
        RewardInput input = Input(row, output);
        return new ShownSample
        {
            Question = row.Id,
            Prompt = text.Template.RenderPrompt(row.Row.Prompt!),
            Output = input.Completion,
            Gold = row.Row.Gold,
            FinishReason = output.Finished ? "stop" : "length",
            Rewards = _reward.Score([input], meter)[0].Parts,
        };
    }

    private RewardInput Input(LedgerRow row, GeneratedSequence output) => text.RewardInput(row.Row, output.OutputIds, output.Finished);

    private static bool HasWords(RewardInput input) =>
        input.Must is not null && GeneralAnswer.IsHelpful(AnswerExtraction.Strict(input.Completion) ?? input.Completion, input.Must, input.MustNot ?? []);
}
