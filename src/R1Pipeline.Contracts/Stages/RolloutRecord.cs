using R1Pipeline.Contracts.Rewards;

namespace R1Pipeline.Contracts.Stages;

/// <summary>One sampled output and how it was rewarded, as stored in the rollout ledger.</summary>
public sealed record RolloutRecord
{
    /// <summary>Iteration, from 1.</summary>
    public required long Iteration { get; init; }

    /// <summary>Question id: <c>source:row</c>.</summary>
    public required string Question { get; init; }

    /// <summary>Sample number in the question's group, from 0.</summary>
    public required int Sample { get; init; }

    /// <summary>Optimizer steps that the sampling policy had seen.</summary>
    public required long PolicyVersion { get; init; }

    /// <summary>Prompt token ids.</summary>
    public required IReadOnlyList<int> InputIds { get; init; }

    /// <summary>Output token ids, the end token included where there is one.</summary>
    public required IReadOnlyList<int> OutputIds { get; init; }

    /// <summary>Log-probability of each output token under the sampling policy, at temperature 1 without truncation.</summary>
    public required IReadOnlyList<float> Logprobs { get; init; }

    /// <summary>Named reward parts, before weights.</summary>
    public required IReadOnlyDictionary<string, double> Rewards { get; init; }

    /// <summary>The reward that trained: the weighted sum. Null: it failed (see <see cref="Errors"/>) or no part applies, and the output trained nothing.</summary>
    public double? Total { get; init; }

    /// <summary>The reward parts that failed, and why; null: none.</summary>
    public IReadOnlyDictionary<string, string>? Errors { get; init; }

    /// <summary>What the accuracy rule said; null in shards written before it was recorded.</summary>
    public AnswerVerdict? Verdict { get; init; }

    /// <summary><c>stop</c> (end token) or <c>length</c>.</summary>
    public required string FinishReason { get; init; }
}
