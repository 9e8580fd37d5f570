using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Contracts.Models;

/// <summary>The model that a command computes with, and how it is held and computed.</summary>
public sealed record ModelSource
{
    /// <summary>Model folder.</summary>
    public required string Directory { get; init; }

    /// <summary>Folder of an adapter in PEFT's format that goes onto the model; null: none.</summary>
    public string? Adapter { get; init; }

    /// <summary>What the projections are held in; null: as they are.</summary>
    public WeightQuantization? Quantize { get; init; }

    /// <summary>One of the words of <see cref="ComputeDevice"/>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>What is computed in; null: bf16 on CUDA, fp32 on the CPU.</summary>
    public ComputePrecision? Precision { get; init; }

    /// <summary>Threads of one operation.</summary>
    public int Threads { get; init; } = 1;
}
