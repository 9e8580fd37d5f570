namespace R1Pipeline.Orchestration.Planning;

/// <summary>Estimated memory of a stage's worker by what it is for, in bytes. fp32 throughout.</summary>
public sealed record MemoryEstimate
{
    /// <summary>.NET, libtorch and the code that was compiled.</summary>
    public required long Runtime { get; init; }

    /// <summary>The model, and an adapter on it.</summary>
    public long Weights { get; init; }

    /// <summary>Gradients of what is trained.</summary>
    public long Gradients { get; init; }

    /// <summary>Both Adam moments of what is trained.</summary>
    public long Moments { get; init; }

    /// <summary>The reference policy of RL: a copy of what is trained.</summary>
    public long Reference { get; init; }

    /// <summary>What a micro-batch needs: activations, logits, and the gradients that are on their way.</summary>
    public long Activations { get; init; }

    /// <summary>Keys and values of the outputs that are sampled side by side, and their logits.</summary>
    public long Cache { get; init; }

    /// <summary>The copy that a checkpoint is written from while the training goes on.</summary>
    public long Checkpoint { get; init; }

    /// <summary>What no smaller micro-batch saves.</summary>
    public long State => Weights + Gradients + Moments + Reference + Checkpoint;

    /// <summary>The worker at its largest: sampling and updating take turns.</summary>
    public long Total => Runtime + State + Math.Max(Activations, Cache);
}
