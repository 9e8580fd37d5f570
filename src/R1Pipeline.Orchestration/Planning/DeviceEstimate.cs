namespace R1Pipeline.Orchestration.Planning;

/// <summary>
/// Estimated memory on a CUDA device by what it is for, in bytes. Phases take turns, so of what only one of them needs the largest counts: an offloaded part is there in its
/// phase alone.
/// </summary>
public sealed record DeviceEstimate
{
    /// <summary>The device, as the stage names it.</summary>
    public required string Name { get; init; }

    /// <summary>The driver's context and the kernels.</summary>
    public required long Context { get; init; }

    /// <summary>The model, and an adapter on it; of what is trained the fp32 masters too.</summary>
    public long Weights { get; init; }

    /// <summary>Gradients of what is trained.</summary>
    public long Gradients { get; init; }

    /// <summary>Both Adam moments of what is trained.</summary>
    public long Moments { get; init; }

    /// <summary>What an update works in, piece by piece; never offloaded.</summary>
    public long Piece { get; init; }

    /// <summary>The reference policy of RL.</summary>
    public long Reference { get; init; }

    /// <summary>All reward models.</summary>
    public long RewardModels { get; init; }

    /// <summary>The largest of them.</summary>
    public long LargestRewardModel { get; init; }

    /// <summary>A judge on the local engine; never offloaded.</summary>
    public long Judge { get; init; }

    /// <summary>What one reply of it takes.</summary>
    public long JudgeCache { get; init; }

    /// <summary>What a micro-batch needs, forward and backward.</summary>
    public long Activations { get; init; }

    /// <summary>What a pass of the reference takes, which keeps nothing for backward.</summary>
    public long Pass { get; init; }

    /// <summary>Keys and values of the outputs that are sampled side by side, their logits, and what reading their prompts takes.</summary>
    public long Cache { get; init; }

    /// <summary>Whether the reference is on the device for its log-probs only.</summary>
    public bool OffloadsReference { get; init; }

    /// <summary>Whether each reward model is on the device while it scores only.</summary>
    public bool OffloadsRewardModels { get; init; }

    /// <summary>Whether the moments are on the device for the update only.</summary>
    public bool OffloadsMoments { get; init; }

    /// <summary>What is there in every phase.</summary>
    public long Resident => Context + Weights + Gradients + Piece + Judge + (OffloadsMoments ? 0 : Moments) + (OffloadsReference ? 0 : Reference) + (OffloadsRewardModels ? 0 : RewardModels);

    /// <summary>What no smaller micro-batch and no smaller <c>rollout-batch</c> saves.</summary>
    public long State => Resident + Math.Max(Update, Math.Max(OffloadsReference ? Reference : 0, Scoring));

    /// <summary>The device at its fullest: in the rollouts, in the reference's pass, in that of a reward model, in a reply of the judge, in forward and backward, or in the update.</summary>
    public long Total => Resident + new[] { Cache, OffloadsReference ? Reference + Pass : Pass, Scoring, Activations, Update }.Max();

    private long Scoring => Math.Max(OffloadsRewardModels ? LargestRewardModel : 0, JudgeCache);

    private long Update => OffloadsMoments ? Moments : 0;
}
