using TorchSharp;

namespace R1Pipeline.Training.Losses;

/// <summary>The output tokens of a micro-batch, row after row without padding. N = output tokens.</summary>
/// <param name="PolicyLogprobs_N">Log-probs under the policy, with gradient. [N]</param>
/// <param name="OldLogprobs_N">Log-probs under the policy that sampled. [N]</param>
/// <param name="ReferenceLogprobs_N">Log-probs under the reference policy; null: no KL term and no KL figure. [N]</param>
/// <param name="Advantages_N">Each token's advantage. [N]</param>
/// <param name="Weights_N">Each token's weight in the loss, see <see cref="TokenWeights"/>. [N]</param>
public sealed record GrpoTokens(
    torch.Tensor PolicyLogprobs_N,
    torch.Tensor OldLogprobs_N,
    torch.Tensor? ReferenceLogprobs_N,
    torch.Tensor Advantages_N,
    torch.Tensor Weights_N);
