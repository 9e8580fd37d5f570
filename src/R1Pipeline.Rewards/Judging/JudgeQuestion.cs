using R1Pipeline.Contracts.Rewards;

namespace R1Pipeline.Rewards.Judging;

/// <summary>One question to a judge.</summary>
public sealed record JudgeQuestion
{
    private JudgeQuestion(JudgeKind kind, params IReadOnlyList<string> texts)
    {
        Kind = kind;
        Texts = JudgeTexts.Of(kind).Zip(texts).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    /// <summary>What is asked.</summary>
    public JudgeKind Kind { get; }

    /// <summary>The texts, by their names in the prompt.</summary>
    public IReadOnlyDictionary<string, string> Texts { get; }

    /// <summary>Which of several judgements of the same texts, from 0. At temperature 0 all of them are one.</summary>
    public int Repeat { get; init; }

    /// <summary>Does the candidate agree with the reference?</summary>
    public static JudgeQuestion Correctness(string question, string reference, string candidate) => new(JudgeKind.Correctness, question, reference, candidate);

    /// <summary>How good is the response?</summary>
    public static JudgeQuestion Score(string question, string candidate) => new(JudgeKind.Score, question, candidate);

    /// <summary>Which response is better?</summary>
    public static JudgeQuestion Pairwise(string question, string a, string b) => new(JudgeKind.Pairwise, question, a, b);
}
