using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;

namespace R1Pipeline.Contracts.Models;

/// <summary>What <c>r1 grade judge</c> asks of the worker.</summary>
public sealed record JudgeRequest
{
    /// <summary>The argument that asks the worker for it, followed by this request as JSON.</summary>
    public const string Argument = "--grade-judge";

    /// <summary>What the judge is asked of every line.</summary>
    public required JudgeKind Kind { get; init; }

    /// <summary>The judge.</summary>
    public required JudgeOptions Options { get; init; }

    /// <summary>Model folder that judges on the local engine; null: the endpoint judges.</summary>
    public string? Directory { get; init; }

    /// <summary>JSONL to judge; null: standard input.</summary>
    public string? Input { get; init; }

    /// <summary>JSONL to write; null: standard output.</summary>
    public string? Output { get; init; }

    /// <summary>JSONL for the preference pairs that were kept; null: none is written.</summary>
    public string? Pairs { get; init; }

    /// <summary>File of the judgements; null: they are not kept.</summary>
    public string? Cache { get; init; }

    /// <summary>Judgements of a pair, half of them with the responses swapped.</summary>
    public int Judgements { get; init; } = 4;

    /// <summary>A pair is kept where the mean verdict is further from 0 than this.</summary>
    public double MinGap { get; init; } = 1;

    /// <summary>Threads of one operation of the local engine.</summary>
    public int Threads { get; init; } = 1;
}
