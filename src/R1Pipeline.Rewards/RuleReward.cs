using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Rewards.Measuring;

namespace R1Pipeline.Rewards;

/// <summary>
/// The rule rewards of one output: accuracy, format and language consistency, each times its weight, added (r1-recipe.md 5.1, 5.2).
/// Parts: <c>accuracy</c> (only where there is a gold that can be compared), <c>format</c>, <c>language</c>; a part of weight 0 is still measured. Then come the terms
/// of <c>shaping</c> that are on.
/// </summary>
public sealed class RuleReward(RewardWeights weights, AnswerFormat format, LanguageRule rule = LanguageRule.RunningText, RewardShaping? shaping = null)
{
    /// <summary>Name of the accuracy part.</summary>
    public const string Accuracy = "accuracy";

    /// <summary>Name of the format part.</summary>
    public const string Format = "format";

    /// <summary>Name of the language part.</summary>
    public const string Language = "language";

    /// <summary>Under which a failure of the rules themselves is listed.</summary>
    public const string Rules = "rules";

    /// <summary>Scores outputs.</summary>
    /// <returns>One for each, in the same order.</returns>
    public IReadOnlyList<RewardBreakdown> Score(IReadOnlyList<RewardInput> inputs, OutputMeter meter)
    {
        ArgumentNullException.ThrowIfNull(meter);
        return [.. inputs.Zip(meter.Measure(inputs, format, rule), Score)];
    }

    /// <summary>Scores one output by what was measured of it. Safe to call from several threads.</summary>
    public RewardBreakdown Score(RewardInput input, MeasuredOutput measured)
    {
        ArgumentNullException.ThrowIfNull(measured);
        if (measured.Statistics is not { } statistics) return RewardBreakdown.Failed(Rules, measured.Error!);
        if (RewardOutcome.Ask(() => Terms(input, statistics), out string? error) is not { } terms) return RewardBreakdown.Failed(Rules, error!);
        RewardSum sum = new RewardSum()
            .Add(Accuracy, statistics.Strict is { } correct ? RewardOutcome.Of(correct ? 1 : 0) : RewardOutcome.NotApplicable, weights.Accuracy)
            .Add(Format, RewardOutcome.Of(statistics.FormatOk ? 1 : 0), weights.Format)
            .Add(Language, RewardOutcome.Of(statistics.LanguageConsistency), weights.Language);
        foreach ((string part, double weight, double value) in terms) sum = sum.Add(part, RewardOutcome.Of(value), weight);
        return sum.Build(Verdict(statistics));
    }

    private (string Part, double Weight, double Value)[] Terms(RewardInput input, OutputStatistics statistics) => shaping is null ? [] : [.. shaping.Terms(input, statistics.Strict)];

    private static AnswerVerdict Verdict(OutputStatistics statistics) => statistics.Strict switch
    {
        null => AnswerVerdict.NotApplicable,
        true => AnswerVerdict.Correct,
        false => statistics.Answer is null ? AnswerVerdict.NoAnswer : AnswerVerdict.Wrong,
    };
}
