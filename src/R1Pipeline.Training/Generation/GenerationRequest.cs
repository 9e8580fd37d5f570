namespace R1Pipeline.Training.Generation;

/// <summary>A prompt and how many outputs are wanted.</summary>
/// <param name="PromptIds">Token ids, at least one. [P]</param>
/// <param name="NumSamples">Outputs to sample; the prompt is prefilled once for all of them.</param>
/// <param name="Key">Identifies the prompt's random draws within the call's <see cref="DrawCoordinates"/>: equal keys draw equal numbers, whatever else is generated beside them.</param>
public sealed record GenerationRequest(int[] PromptIds, int NumSamples, long Key);
