using R1Pipeline.Rewards.Answers;

namespace R1Pipeline.Rewards;

/// <summary>
/// Accuracy: whether an answer is the gold one. Numbers compare as exact fractions whatever way they are written, closed forms with roots and pi by
/// value, words without case, lists part by part. A gold with variables, matrices and the like cannot be compared here: the part does not apply.
/// </summary>
public static class AccuracyReward
{
    /// <summary>True, false, or null where the gold cannot be compared. A missing answer (null) is false.</summary>
    public static bool? IsCorrect(string? answer, string gold)
    {
        ArgumentNullException.ThrowIfNull(gold);
        AnswerValue expected = AnswerParser.Parse(gold);
        if (!expected.IsComparable) return null;
        return answer is not null && (answer.Trim() == gold.Trim() || AnswerParser.Parse(answer).Matches(expected));
    }

    /// <summary>Whether answers can be compared with this gold at all.</summary>
    public static bool CanCompare(string gold) => AnswerParser.Parse(gold).IsComparable;

    /// <summary>Whether the gold is a number.</summary>
    public static bool IsNumber(string gold) => AnswerParser.Parse(gold) is NumberValue or ClosedFormValue or SpacedDigitsValue;

    /// <summary>One text for all ways to write an answer, as far as they are recognised.</summary>
    public static string Canonical(string answer) => AnswerParser.Parse(answer).Canonical;
}
