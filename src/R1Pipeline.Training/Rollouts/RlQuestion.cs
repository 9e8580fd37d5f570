namespace R1Pipeline.Training.Rollouts;

/// <summary>A question that outputs are sampled for. Knows nothing of how its outputs are rewarded: <paramref name="Row"/> is handed through to the scorer.</summary>
/// <param name="Id">Question id: <c>source:row</c>.</param>
/// <param name="PromptIds">Token ids of the rendered prompt, generation prompt included. [P]</param>
/// <param name="Row">Whatever the scorer needs to reward an output.</param>
public sealed record RlQuestion(string Id, int[] PromptIds, object Row);
