namespace R1Pipeline.Data.Sequences;

/// <summary>Several rows in one sequence, each blind to the others.</summary>
/// <param name="Parts">The rows, in the order in which they stand.</param>
public sealed record PackedSequence(IReadOnlyList<TrainingSequence> Parts)
{
    /// <summary>Tokens of all parts.</summary>
    public int NumTokens { get; } = Parts.Sum(part => part.Ids.Length);
}
