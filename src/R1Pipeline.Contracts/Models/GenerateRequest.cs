using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Contracts.Models;

/// <summary>What <c>r1 model generate</c> asks of the worker.</summary>
public sealed record GenerateRequest
{
    /// <summary>The argument that asks the worker for it, followed by this request as JSON.</summary>
    public const string Argument = "--model-generate";

    /// <summary>The model.</summary>
    public required ModelSource Model { get; init; }

    /// <summary>JSONL with <c>{id, prompt | input_ids}</c> a line; null: one prompt is on standard input and its output is streamed to standard output.</summary>
    public string? Input { get; init; }

    /// <summary>JSONL to write; null: standard output.</summary>
    public string? Output { get; init; }

    /// <summary>How tokens are drawn.</summary>
    public required SamplingOptions Sampling { get; init; }

    /// <summary>Whether end tokens end nothing.</summary>
    public bool IgnoreEos { get; init; }

    /// <summary>Whether a prompt is a user's message, to be rendered with the folder's chat template.</summary>
    public bool Chat { get; init; }

    /// <summary>Seed of the draws.</summary>
    public long Seed { get; init; }

    /// <summary>Outputs that are generated side by side.</summary>
    public int Batch { get; init; } = 8;
}
