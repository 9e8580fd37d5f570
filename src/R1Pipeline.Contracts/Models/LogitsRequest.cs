namespace R1Pipeline.Contracts.Models;

/// <summary>What <c>r1 model logits</c> asks of the worker.</summary>
public sealed record LogitsRequest
{
    /// <summary>The argument that asks the worker for it, followed by this request as JSON.</summary>
    public const string Argument = "--model-logits";

    /// <summary>Model folder.</summary>
    public required string Directory { get; init; }

    /// <summary>Folder of an adapter in PEFT's format that goes onto the model; null: none.</summary>
    public string? Adapter { get; init; }

    /// <summary>JSONL with <c>{id, input_ids}</c> a line; null: standard input.</summary>
    public string? Input { get; init; }

    /// <summary>The safetensors file to write.</summary>
    public required string Output { get; init; }

    /// <summary>Threads of one operation.</summary>
    public int Threads { get; init; } = 1;
}
