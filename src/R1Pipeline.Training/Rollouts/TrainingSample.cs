namespace R1Pipeline.Training.Rollouts;

/// <summary>A rollout as the update sees it: nothing but numbers, all fixed before the iteration's first update.</summary>
/// <param name="PromptIds">Prompt token ids. [P]</param>
/// <param name="OutputIds">Output token ids, at least one. [T]</param>
/// <param name="OldLogprobs">Log-probs of the output under the policy that sampled it. [T]</param>
/// <param name="ReferenceLogprobs">Log-probs of the output under the reference policy; null where none is kept. [T]</param>
/// <param name="Advantage">The advantage of all of its tokens.</param>
public sealed record TrainingSample(int[] PromptIds, int[] OutputIds, float[] OldLogprobs, float[]? ReferenceLogprobs, float Advantage)
{
    /// <summary>Tokens that go through the model: the last output token is predicted, never read.</summary>
    public int NumInputTokens => PromptIds.Length + OutputIds.Length - 1;
}
