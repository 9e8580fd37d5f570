namespace R1Pipeline.Contracts.Options;

/// <summary>The words of <c>offload:</c>: what an RL stage can keep in the host's memory while no phase needs it on the device.</summary>
public static class OffloadedParts
{
    /// <summary>The reference policy: on the device while its log-probs are computed. Under an adapter its copy of the adapter; the model under both is the policy's.</summary>
    public const string Reference = "reference";

    /// <summary>The reward models: each on the device while it scores.</summary>
    public const string RewardModels = "reward-models";

    /// <summary>Both moments of AdamW: on the device while weights are updated.</summary>
    public const string Optimizer = "optimizer";
}
