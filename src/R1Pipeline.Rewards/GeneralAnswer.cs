namespace R1Pipeline.Rewards;

/// <summary>A general answer graded by words: it contains every must word and no must-not word.</summary>
public static class GeneralAnswer
{
    /// <summary>Judges the final answer (not the chain of thought). Latin words match as whole words in any case, Han words as substrings after spaces between Han characters are dropped.</summary>
    public static bool IsHelpful(string answer, IReadOnlyList<string> must, IReadOnlyList<string> mustNot) => throw new NotSupportedException(answer);
}
