namespace R1Pipeline.Rewards.Code;

/// <summary>The contract's words for <see cref="CodeOutcome"/>.</summary>
public static class CodeOutcomes
{
    private static readonly string[] Words = ["passed", "failed", "compile-error", "runtime-error", "timeout", "memory", "output-limit", "violation", "refused"];

    /// <summary>The word.</summary>
    public static string Word(this CodeOutcome outcome) => Words[(int)outcome];

    internal static CodeOutcome? Parse(string word) => Array.IndexOf(Words, word) is >= 0 and var index ? (CodeOutcome)index : null;
}
