using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;

namespace R1Pipeline.Rewards;

/// <summary>
/// The rule rewards of one output: accuracy, format and language consistency, each times its weight, added (r1-recipe.md 5.1, 5.2).
/// Parts: <c>accuracy</c> (only where there is a gold that can be compared), <c>format</c>, <c>language</c>; a part of weight 0 is still measured.
/// </summary>
public sealed class RuleReward(RewardWeights weights, AnswerFormat format, LanguageRule rule = LanguageRule.RunningText)
{
    /// <summary>Name of the accuracy part.</summary>
    public const string Accuracy = "accuracy";

    /// <summary>Name of the format part.</summary>
    public const string Format = "format";

    /// <summary>Name of the language part.</summary>
    public const string Language = "language";

    /// <summary>Scores one output. Safe to call from several threads.</summary>
    public RewardBreakdown Score(RewardInput input)
    {
        OutputStatistics statistics = OutputStatistics.Of(input, format, rule);
        var parts = new Dictionary<string, double>(3);
        double total = 0;
        if (statistics.Strict is { } correct) Add(Accuracy, correct ? 1 : 0, weights.Accuracy);
        Add(Format, statistics.FormatOk ? 1 : 0, weights.Format);
        Add(Language, statistics.LanguageConsistency, weights.Language);
        return new RewardBreakdown(total, parts) { Verdict = Verdict(statistics) };

        void Add(string part, double value, double weight)
        {
            parts.Add(part, value);
            total += weight * value;
        }
    }

    private static AnswerVerdict Verdict(OutputStatistics statistics) => statistics.Strict switch
    {
        null => AnswerVerdict.NotApplicable,
        true => AnswerVerdict.Correct,
        false => statistics.Answer is null ? AnswerVerdict.NoAnswer : AnswerVerdict.Wrong,
    };
}
