using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Contracts.Models;

/// <summary>One measurement of <c>r1 bench memory</c>: what a process of its own does. Exactly one of the pieces of work is set; none: it only loads the model.</summary>
public sealed record MemoryRequest
{
    /// <summary>The model's folder.</summary>
    public required string Directory { get; init; }

    /// <summary>CPU threads.</summary>
    public required int Threads { get; init; }

    /// <summary>Write random weights for the folder's <c>config.json</c> instead of measuring.</summary>
    public bool Create { get; init; }

    /// <summary>What a load alone holds the projections in; null: as they are. Work on an adapter says so itself.</summary>
    public WeightQuantization? Quantize { get; init; }

    /// <summary>Tokens of a row, or of a question's prompt.</summary>
    public int Tokens { get; init; }

    /// <summary>Sequences of equal length that a row is packed from.</summary>
    public int Parts { get; init; } = 1;

    /// <summary>Whether a checkpoint is copied out after the step.</summary>
    public bool Checkpoint { get; init; }

    /// <summary>One step of supervised fine-tuning; null: none.</summary>
    public SupervisedFineTuningOptions? FineTuning { get; init; }

    /// <summary>One iteration of GRPO; null: none.</summary>
    public ReasoningRlOptions? Rl { get; init; }

    /// <summary>One shard of sampling; null: none.</summary>
    public RejectionSamplingOptions? Sampling { get; init; }
}
