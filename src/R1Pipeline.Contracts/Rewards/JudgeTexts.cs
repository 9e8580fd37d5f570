namespace R1Pipeline.Contracts.Rewards;

/// <summary>The texts that a judge is shown: their places in a prompt are their names in braces.</summary>
public static class JudgeTexts
{
    /// <summary>The user's question.</summary>
    public const string Question = "question";

    /// <summary>The reference answer.</summary>
    public const string Reference = "reference";

    /// <summary>What is judged.</summary>
    public const string Candidate = "candidate";

    /// <summary>The first of two responses.</summary>
    public const string A = "a";

    /// <summary>The second of two responses.</summary>
    public const string B = "b";

    /// <summary>The texts of a kind of question; every prompt for it has a place for each.</summary>
    public static IReadOnlyList<string> Of(JudgeKind kind) => kind switch
    {
        JudgeKind.Correctness => [Question, Reference, Candidate],
        JudgeKind.Score => [Question, Candidate],
        _ => [Question, A, B],
    };

    /// <summary>The places that a prompt lacks, with their braces.</summary>
    public static IReadOnlyList<string> MissingIn(string prompt, JudgeKind kind) =>
        [.. Of(kind).Select(name => $"{{{name}}}").Where(place => !prompt.Contains(place, StringComparison.Ordinal))];
}
