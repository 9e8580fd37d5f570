using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;

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

    /// <summary>Scores one output. Safe to call from several threads.</summary>
    public RewardBreakdown Score(RewardInput input)
    {
        if (RewardOutcome.Ask(() => Measure(input), out string? error) is not var (statistics, terms)) return RewardBreakdown.Failed(Rules, error!);
        RewardSum sum = new RewardSum()
            .Add(Accuracy, statistics.Strict is { } correct ? RewardOutcome.Of(correct ? 1 : 0) : RewardOutcome.NotApplicable, weights.Accuracy)
            .Add(Format, RewardOutcome.Of(statistics.FormatOk ? 1 : 0), weights.Format)
            .Add(Language, RewardOutcome.Of(statistics.LanguageConsistency), weights.Language);
        foreach ((string part, double weight, double value) in terms) sum = sum.Add(part, RewardOutcome.Of(value), weight);
        return sum.Build(Verdict(statistics));
    }

    private Tuple<OutputStatistics, (string Part, double Weight, double Value)[]> Measure(RewardInput input)
    {
        OutputStatistics statistics = OutputStatistics.Of(input, format, rule);
        return new(statistics, shaping is null ? [] : [.. shaping.Terms(input, statistics.Strict)]);
    }

    private static AnswerVerdict Verdict(OutputStatistics statistics) => statistics.Strict switch
    {
        null => AnswerVerdict.NotApplicable,
        true => AnswerVerdict.Correct,
        false => statistics.Answer is null ? AnswerVerdict.NoAnswer : AnswerVerdict.Wrong,
    };
}
