namespace R1Pipeline.Orchestration.Planning;

/// <summary>What a stage has to read of a dataset.</summary>
/// <param name="Rows">Its rows.</param>
/// <param name="Tokens">Tokens in all of them.</param>
/// <param name="LongestPrompt">Tokens of the longest prompt, at most.</param>
/// <param name="LongestRow">Tokens of the longest row, response included, at most.</param>
internal readonly record struct DataSize(long Rows, long Tokens, long LongestPrompt, long LongestRow)
{
    /// <summary>Of a stage that puts out no dataset.</summary>
    public static DataSize None => default;
}
