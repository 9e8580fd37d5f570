using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Rewards;

/// <summary>Format: 1 or 0 (r1-recipe.md 5.1, quickstart.md 5).</summary>
public static class FormatReward
{
    /// <summary>Judges one output. An unfinished one is wrong.</summary>
    public static FormatVerdict Check(string completion, bool finished, AnswerFormat format) => throw new NotSupportedException(completion);
}
