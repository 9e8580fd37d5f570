namespace R1Pipeline.Data.Sequences;

/// <summary>A row's sequence, or why the row cannot be used: exactly one of the two.</summary>
/// <param name="Sequence">The sequence; null when refused.</param>
/// <param name="Refused">Reason in the data account, e.g. <c>too-long</c>; null when there is a sequence.</param>
public sealed record BuiltSequence(TrainingSequence? Sequence, string? Refused);
