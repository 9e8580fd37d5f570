namespace R1Pipeline.Training.Generation;

/// <summary>One sampled output.</summary>
/// <param name="Request">Index of its request.</param>
/// <param name="Sample">Sample number within the request, from 0.</param>
/// <param name="OutputIds">Output token ids, the end token included where there is one. [T]</param>
/// <param name="Logprobs">Log-probability of each output token under the model, at temperature 1 without truncation (nats). [T]</param>
/// <param name="Entropies">Entropy of the model's distribution before each output token, at temperature 1 without truncation (nats). [T]</param>
/// <param name="Finished">Whether it ended with the end token; false: it was cut at the limit.</param>
public sealed record GeneratedSequence(int Request, int Sample, int[] OutputIds, float[] Logprobs, float[] Entropies, bool Finished);
