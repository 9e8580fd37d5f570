using R1Pipeline.Data.Sequences;

namespace R1Pipeline.Training.Loops;

/// <summary>Two answers to one prompt, the better one first. Both sequences are prompt and answer, the end token included.</summary>
/// <param name="Chosen">The better one.</param>
/// <param name="Rejected">The other one.</param>
public sealed record PreferencePair(TrainingSequence Chosen, TrainingSequence Rejected);
