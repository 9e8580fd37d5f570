using System.Text.RegularExpressions;
using R1Pipeline.Rewards.Mathematics;
using R1Pipeline.Rewards.Mathematics.Answers;

namespace R1Pipeline.Rewards;

/// <summary>
/// Accuracy: whether an answer is the gold one, as <see cref="MathGrader"/> compares them. A gold of single digits with a space between, as the generated
/// task writes numbers, is equal only to the same text (quickstart.md 5). A gold that cannot be read decides nothing: the part does not apply.
/// </summary>
public static class AccuracyReward
{
    // An answer tag or a box says where the answer is: a number that merely stands last in it is none.
    private static readonly MathOptions Policy = MathOptions.Default with { GuessLastNumber = false };

    private static readonly Regex SpacedDigits = new(@"\A[0-9](?: [0-9])+\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    /// <summary>True, false, or null where the gold cannot be compared. A missing answer (null) is false.</summary>
    public static bool? IsCorrect(string? answer, string gold)
    {
        ArgumentNullException.ThrowIfNull(gold);
        if (IsSpacedDigits(gold)) return answer?.Trim() == gold.Trim();
        if (!CanCompare(gold)) return null;
        return MathGrader.Grade(gold, answer, Policy).Correct == true;
    }

    /// <summary>Whether answers can be compared with this gold at all.</summary>
    public static bool CanCompare(string gold) => IsSpacedDigits(gold) || Read(gold, trusted: true) is not null;

    /// <summary>Whether the gold is a number.</summary>
    public static bool IsNumber(string gold) => IsSpacedDigits(gold) || Read(gold, trusted: true) is ValueAnswer { IsClosed: true } or BasedNumberAnswer;

    /// <summary>One text for all ways to write an answer, as far as they are recognised.</summary>
    public static string Canonical(string answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        string text = answer.Trim();
        if (IsSpacedDigits(text)) return text;
        return Read(text, trusted: false)?.Canonical ?? string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
    }

    private static bool IsSpacedDigits(string text) => SpacedDigits.IsMatch(text.Trim());

    private static Answer? Read(string text, bool trusted) => MathGrader.Read(text, Policy, trusted);
}
