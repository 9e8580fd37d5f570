using R1Pipeline.Data.Sequences;

namespace R1Pipeline.Training.Loops;

/// <summary>A response of which somebody said whether it is safe.</summary>
/// <param name="Text">Prompt and whole response, the end token included.</param>
/// <param name="IsSafe">What they said.</param>
public sealed record LabelledResponse(TrainingSequence Text, bool IsSafe);
