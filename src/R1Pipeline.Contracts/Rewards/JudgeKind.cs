namespace R1Pipeline.Contracts.Rewards;

/// <summary>What a judge is asked.</summary>
public enum JudgeKind
{
    /// <summary>Whether a candidate agrees with the reference: <c>{"analysis", "correctness": "correct" | "incorrect"}</c> (r1-recipe.md 5.4).</summary>
    Correctness,

    /// <summary>How good a response is: <c>{"analysis", "score"}</c>, a number from 0 to 10.</summary>
    Score,

    /// <summary>Which of two responses is better: <c>{"analysis", "verdict"}</c>, one of <c>A&gt;&gt;B A&gt;B A=B B&gt;A B&gt;&gt;A</c> (r1-recipe.md 5.3).</summary>
    Pairwise,
}
