namespace R1Pipeline.Data.Sequences;

/// <summary>Token ids to train on.</summary>
/// <param name="Ids">Tokens, the end token included. [T]</param>
/// <param name="LossFrom">The loss counts tokens with an index of at least this; 1: all that have a token before them.</param>
/// <param name="Row">Key of the row it came from.</param>
public sealed record TrainingSequence(int[] Ids, int LossFrom, string Row)
{
    /// <summary>Tokens that the loss counts.</summary>
    public int LossTokens => Math.Max(0, Ids.Length - LossFrom);
}
