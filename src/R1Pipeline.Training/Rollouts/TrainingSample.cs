namespace R1Pipeline.Training.Rollouts;

/// <summary>A rollout as the update sees it: nothing but numbers, all fixed before the iteration's first update.</summary>
/// <param name="PromptIds">Prompt token ids. [P]</param>
/// <param name="OutputIds">Output token ids, at least one. [T]</param>
/// <param name="OldLogprobs">Log-probs of the output under the policy that sampled it. [T]</param>
/// <param name="ReferenceLogprobs">Log-probs of the output under the reference policy; null where none is kept. [T]</param>
/// <param name="Advantage">The advantage of all of its tokens; <see cref="NoAdvantage"/>: it has no reward and trains nothing.</param>
public sealed record TrainingSample(int[] PromptIds, int[] OutputIds, float[] OldLogprobs, float[]? ReferenceLogprobs, float Advantage)
{
    /// <summary>Marks a sample without a reward. Not a number, so that it can never be trained on by mistake: the update's guard would stop.</summary>
    public const float NoAdvantage = float.NaN;

    /// <summary>Whether the sample trains: neither the reward term nor the KL term of one without a reward has a gradient.</summary>
    public bool Trains => !float.IsNaN(Advantage);

    /// <summary>Tokens that go through the model: the last output token is predicted, never read.</summary>
    public int NumInputTokens => PromptIds.Length + OutputIds.Length - 1;
}
