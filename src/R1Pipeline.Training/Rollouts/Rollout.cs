namespace R1Pipeline.Training.Rollouts;

/// <summary>One sampled output of a question. Token ids are the truth; text is derived from them elsewhere.</summary>
/// <param name="OutputIds">Output token ids, the end token included where there is one. [T]</param>
/// <param name="Logprobs">Log-probability of each output token under the sampling policy, at temperature 1 without truncation (nats). [T]</param>
/// <param name="Entropies">Entropy of the policy before each output token, at temperature 1 without truncation (nats). [T]</param>
/// <param name="Finished">Whether the output ended with the end token; false: it was cut at the limit.</param>
public sealed record Rollout(int[] OutputIds, float[] Logprobs, float[] Entropies, bool Finished);
