using System.ComponentModel.DataAnnotations;

namespace R1Pipeline.Contracts.Options;

/// <summary>
/// Terms that shape the reward beside the paper's three; each is off at weight 0, and a named part of the reward where it is on. None is in the paper.
/// L is the number of output tokens, M the stage's <c>max-new-tokens</c>.
/// </summary>
public sealed record ShapingOptions
{
    /// <summary>Weight of <c>length</c> = -L / M: shorter is better, whatever the answer.</summary>
    [Range(0.0, 100.0)]
    public double LengthWeight { get; init; }

    /// <summary>
    /// Weight of <c>cosine</c> (arXiv:2502.03373), where the answer can be checked: from 1 at L = 0 down to 0.5 at L = M for a right answer, from -1 up to -0.5 for a wrong
    /// one, along half a cosine: right ones are to be short, wrong ones to think longer.
    /// </summary>
    [Range(0.0, 100.0)]
    public double CosineWeight { get; init; }

    /// <summary>Weight of <c>overlong</c>, the soft punishment of DAPO (arXiv:2503.14476, 3.4): 0 up to M - buffer, then falling to -1 at M; -1 for an output that does not end.</summary>
    [Range(0.0, 100.0)]
    public double OverlongWeight { get; init; }

    /// <summary>Tokens over which the overlong punishment grows; at most <c>max-new-tokens</c>.</summary>
    [Range(1, 1_000_000)]
    public int OverlongBufferTokens { get; init; } = 4096;

    /// <summary>Weight of <c>repetition</c> = -(1 - different n-grams / all n-grams) over the output's words (Han characters count as words), 0 for an output shorter than one n-gram.</summary>
    [Range(0.0, 100.0)]
    public double RepetitionWeight { get; init; }

    /// <summary>n of the repetition term.</summary>
    [Range(1, 100)]
    public int RepetitionWords { get; init; } = 3;
}
