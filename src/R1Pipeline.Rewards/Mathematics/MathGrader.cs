using R1Pipeline.Rewards.Mathematics.Answers;
using R1Pipeline.Rewards.Mathematics.Extraction;
using R1Pipeline.Rewards.Mathematics.Reading;

namespace R1Pipeline.Rewards.Mathematics;

/// <summary>
/// Grades mathematics: finds the answers of gold and prediction, reads both and compares what they say. Untrusted text: the work of a grade is bounded by
/// a counter of steps, nothing in the text is run, and nothing in it makes this throw.
/// </summary>
public static class MathGrader
{
    /// <summary>Steps of one grade. On any input they are done within a fraction of a second.</summary>
    public const int MaxSteps = 60_000;

    /// <summary>Longest gold or prediction that is looked at, in UTF-16 units: what stands before its last part is not searched.</summary>
    private const int MaxText = 400_000;

    /// <summary>Grades a prediction. Each text is an answer or a whole response.</summary>
    public static MathVerdict Grade(string? gold, string? prediction, MathOptions? options = null)
    {
        options ??= MathOptions.Default;
        if (options.GoldAnyOf.Count == 0) return GradeOne(gold, prediction, options);
        MathVerdict? last = null;
        foreach (string candidate in options.GoldAnyOf)
        {
            int before = last?.Steps ?? 0;
            last = GradeOne(candidate, prediction, options);
            last = last with { Steps = last.Steps + before };
            if (last.Correct == true) return last;
        }

        return last!;
    }

    /// <summary>The answer that a text is or holds; null where there is none or it cannot be read.</summary>
    internal static Answer? Read(string text, MathOptions options, bool trusted)
    {
        var budget = new WorkBudget(MaxSteps);
        string? found = new AnswerFinder(options, budget, trusted).Find(End(text));
        return string.IsNullOrWhiteSpace(found) ? null : new AnswerReader(budget).Read(found);
    }

    private static MathVerdict GradeOne(string? gold, string? prediction, MathOptions options)
    {
        var budget = new WorkBudget(MaxSteps);
        return Grade(gold, prediction, options, budget) with { Steps = budget.Spent };
    }

    private static MathVerdict Grade(string? gold, string? prediction, MathOptions options, WorkBudget budget)
    {
        var golds = options with { Delimiters = [], RequireBox = false };
        string? expected = gold is null ? null : new AnswerFinder(golds, budget, trusted: true).Find(End(gold));
        if (string.IsNullOrWhiteSpace(expected)) return new MathVerdict(prediction is null ? false : null, null, null, "the gold is missing or holds no answer");
        string? answer = prediction is null ? null : new AnswerFinder(options, budget, trusted: false).Find(End(prediction));
        if (string.IsNullOrWhiteSpace(answer)) return new MathVerdict(false, expected, null, "the prediction holds no answer");
        if (Squeeze(expected) is { Length: > 0 } text && text == Squeeze(answer)) return new MathVerdict(true, expected, answer, "the same text");
        if (TypedAnswers.Matches(expected, answer, options) is { } typed) return new MathVerdict(typed, expected, answer, typed ? "the same" : "not the same");
        return Compare(expected, answer, options, budget);
    }

    private static MathVerdict Compare(string expected, string answer, MathOptions options, WorkBudget budget)
    {
        var reader = new AnswerReader(budget);
        if (reader.Read(expected) is not { } gold) return new MathVerdict(null, expected, answer, "the gold cannot be read");
        if (new AnswerReader(budget).Read(answer) is not { } value) return new MathVerdict(false, expected, answer, "the prediction cannot be read");
        var comparer = new AnswerComparer(options, budget);
        bool equal = comparer.Matches(gold, value) || (options.Symmetric && comparer.Matches(value, gold));
        return new MathVerdict(equal, expected, answer, equal ? "equal" : budget.IsSpent ? "not shown to be equal within the bounded work" : "not equal");
    }

    private static string End(string text) => text.Length <= MaxText ? text : text[^MaxText..];

    private static string Squeeze(string text)
    {
        string bare = AnswerTrim.Trim(text);
        return bare.Length > MathLexer.MaxLength ? bare : string.Concat(bare.Where(c => !char.IsWhiteSpace(c) && c != '$'));
    }
}
