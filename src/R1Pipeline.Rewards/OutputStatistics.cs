using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;

namespace R1Pipeline.Rewards;

/// <summary>What is measured of one output: the rule rewards take their parts from it, evaluations count it (quickstart.md 10). Null where the question cannot be asked of the output.</summary>
public sealed record OutputStatistics
{
    /// <summary>The answer equals the gold one, the program passes all of its tests; null: no gold, or one that cannot be compared (the same for every output of the row).</summary>
    public required bool? Strict { get; init; }

    /// <summary>The last number anywhere in the output equals the gold one; null: as above, or the gold is no number, or the task no mathematics.</summary>
    public required bool? Loose { get; init; }

    /// <summary>Canonical text of the answer, for majority votes: equal answers have equal texts; null: no answer.</summary>
    public required string? Answer { get; init; }

    /// <summary>The form is right.</summary>
    public required bool FormatOk { get; init; }

    /// <summary>Language consistency of the chain of thought (the whole output where the form is wrong).</summary>
    public required double LanguageConsistency { get; init; }

    /// <summary>That text has at least one word of another language than the target.</summary>
    public required bool Mixed { get; init; }

    /// <summary>Reflective words in the output.</summary>
    public required int ReflectiveWords { get; init; }

    /// <summary>General answers: the form is right and the answer has every must word and no must-not word; null: the row names none.</summary>
    public required bool? Helpful { get; init; }

    /// <summary>Measures one output.</summary>
    public static OutputStatistics Of(RewardInput input, AnswerFormat format, LanguageRule rule = LanguageRule.RunningText)
    {
        ArgumentNullException.ThrowIfNull(input);
        FormatVerdict form = FormatReward.Check(input.Completion, input.Finished, format);
        LanguageShares words = LanguageReward.Count(form.Think ?? input.Completion, rule);
        string? answer = AnswerExtraction.Strict(input.Completion);
        return new OutputStatistics
        {
            Strict = input.Gold is { } gold && input.Task != TaskKinds.Code ? Accuracy.Check(input.Task, input.Completion, gold) : null,
            Loose = input is { Gold: { } number, Task: TaskKinds.Math } && AccuracyReward.IsNumber(number) ? AccuracyReward.IsCorrect(AnswerExtraction.LastNumber(input.Completion), number) : null,
            Answer = answer is null ? null : AccuracyReward.Canonical(answer),
            FormatOk = form.Ok,
            LanguageConsistency = words.Ratio(input.Language),
            Mixed = words.HasOtherThan(input.Language),
            ReflectiveWords = Rewards.ReflectiveWords.Count(input.Completion),
            Helpful = input.Must is { } must ? form.Ok && GeneralAnswer.IsHelpful(form.Answer!, must, input.MustNot ?? []) : null,
        };
    }
}
