namespace R1Pipeline.Stages.Measurement;

/// <summary>What one sampled output counts for. Also the line that an unfinished measurement keeps in its checkpoint.</summary>
internal sealed record GradedSample
{
    /// <summary>Position of the problem in its task, from 0.</summary>
    public required int Problem { get; init; }

    /// <summary>Sample of the problem, from 0.</summary>
    public required int Sample { get; init; }

    /// <summary>Why the sample could not be graded; null: it could. One that could not counts in no figure but its own.</summary>
    public string? Error { get; init; }

    /// <summary>Gold tasks: the text inside the answer tags (or the box) equals the gold. Word tasks: well-formed, all words, none of the forbidden.</summary>
    public required bool Correct { get; init; }

    /// <summary>Gold tasks: the last number anywhere equals the gold. Word tasks: the words are right whatever the format.</summary>
    public required bool LooseCorrect { get; init; }

    /// <summary>The answer as it counts in the majority vote; null: no vote.</summary>
    public string? Vote { get; init; }

    /// <summary>The format rule holds.</summary>
    public required bool WellFormed { get; init; }

    /// <summary>The chain of thought has at least one word of another language than the prompt's.</summary>
    public required bool Mixed { get; init; }

    /// <summary>The output has a reflective word.</summary>
    public required bool Reflective { get; init; }

    /// <summary>Output tokens, the end token included.</summary>
    public required int Tokens { get; init; }
}
