namespace R1Pipeline.Training.Model;

/// <summary>
/// A mixture of experts in place of the feed-forward layer (DeepSeek-V3, arXiv 2412.19437, section 2.1.2): sigmoid scores, the choice made by biased scores
/// inside the best groups, some experts always at work.
/// </summary>
/// <param name="NumExperts">Routed experts (<c>n_routed_experts</c>).</param>
/// <param name="NumChosen">Experts that work on a token (<c>num_experts_per_tok</c>).</param>
/// <param name="NumGroups">Groups of neighbouring experts (<c>n_group</c>).</param>
/// <param name="NumChosenGroups">Groups whose experts can be chosen (<c>topk_group</c>).</param>
/// <param name="NumShared">Experts that work on every token, computed as one of that many times the width (<c>n_shared_experts</c>).</param>
/// <param name="IntermediateSize">Width of one expert (<c>moe_intermediate_size</c>).</param>
/// <param name="DenseLayers">First layers that keep an ordinary feed-forward (<c>first_k_dense_replace</c>).</param>
/// <param name="Normalized">Whether the chosen scores are divided by their sum (<c>norm_topk_prob</c>).</param>
/// <param name="Scale">What the weights are multiplied with (<c>routed_scaling_factor</c>).</param>
public sealed record ExpertsShape(
    int NumExperts, int NumChosen, int NumGroups, int NumChosenGroups, int NumShared, int IntermediateSize, int DenseLayers, bool Normalized, double Scale)
{
    /// <summary>What is wrong with the sizes; null when they can be computed.</summary>
    internal string? Problem()
    {
        if (NumExperts % NumGroups != 0) return $"n_routed_experts {NumExperts} is not a multiple of n_group {NumGroups}";
        if (NumExperts / NumGroups < 2) return $"n_group {NumGroups} leaves {NumExperts / NumGroups} experts a group: a group is judged by its two best";
        if (NumChosenGroups > NumGroups) return $"topk_group {NumChosenGroups} is more than n_group {NumGroups}";
        return NumChosen > NumExperts / NumGroups * NumChosenGroups
            ? $"num_experts_per_tok {NumChosen} is more than topk_group {NumChosenGroups} groups of {NumExperts / NumGroups} experts hold"
            : null;
    }
}
