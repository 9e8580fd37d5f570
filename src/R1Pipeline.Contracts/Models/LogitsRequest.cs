namespace R1Pipeline.Contracts.Models;

/// <summary>What <c>r1 model logits</c> asks of the worker.</summary>
public sealed record LogitsRequest
{
    /// <summary>The argument that asks the worker for it, followed by this request as JSON.</summary>
    public const string Argument = "--model-logits";

    /// <summary>The model.</summary>
    public required ModelSource Model { get; init; }

    /// <summary>JSONL with <c>{id, input_ids}</c> a line; null: standard input.</summary>
    public string? Input { get; init; }

    /// <summary>The safetensors file to write.</summary>
    public required string Output { get; init; }
}
