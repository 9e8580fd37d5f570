using System.Text.Json.Serialization;

namespace R1Pipeline.Orchestration.Planning;

/// <summary>Estimated memory of a stage's worker on the host by what it is for, in bytes. What lies on a CUDA device stands in <see cref="Device"/> instead.</summary>
public sealed record MemoryEstimate
{
    /// <summary>.NET, libtorch and the code that was compiled.</summary>
    public required long Runtime { get; init; }

    /// <summary>The model, and an adapter on it.</summary>
    public long Weights { get; init; }

    /// <summary>What quantising takes beside the weights while the model is loaded, before there is anything else.</summary>
    public long Quantising { get; init; }

    /// <summary>Gradients of what is trained.</summary>
    public long Gradients { get; init; }

    /// <summary>Both Adam moments of what is trained.</summary>
    public long Moments { get; init; }

    /// <summary>The reference policy of RL: a copy of what is trained.</summary>
    public long Reference { get; init; }

    /// <summary>Reward models, a judge model on the local engine, and the process that the rules run in.</summary>
    public long Rewards { get; init; }

    /// <summary>What a micro-batch needs: activations, logits, and the gradients that are on their way.</summary>
    public long Activations { get; init; }

    /// <summary>Keys and values of the outputs that are sampled side by side, their logits, and what reading their prompts takes.</summary>
    public long Cache { get; init; }

    /// <summary>The copy that a checkpoint is written from while the training goes on.</summary>
    public long Checkpoint { get; init; }

    /// <summary>What lies on the device that the stage names; null: it names none, and all of it is the host's.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DeviceEstimate? Device { get; init; }

    /// <summary>What no smaller micro-batch saves.</summary>
    public long State => Weights + Gradients + Moments + Reference + Rewards + Checkpoint;

    /// <summary>The worker at its largest: loading, then sampling and updating, which take turns.</summary>
    public long Total => Runtime + Math.Max(Weights + Quantising, State + Math.Max(Activations, Cache));
}
