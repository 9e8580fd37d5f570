using System.ComponentModel.DataAnnotations;

namespace R1Pipeline.Contracts.Options;

/// <summary>How tokens are drawn.</summary>
public sealed record SamplingOptions
{
    /// <summary>Softmax temperature; 0 is greedy.</summary>
    [Range(0.0, 100.0)]
    public double Temperature { get; init; } = 1.0;

    /// <summary>Smallest set of tokens whose mass reaches this share; 1 keeps all.</summary>
    [Range(0.0, 1.0)]
    public double TopP { get; init; } = 1.0;

    /// <summary>Most likely tokens that are kept; 0 keeps all.</summary>
    [Range(0, 1_000_000)]
    public int TopK { get; init; }

    /// <summary>Tokens less likely than this share of the likeliest one are dropped, after the other cuts; 0 keeps all.</summary>
    [Range(0.0, 1.0)]
    public double MinP { get; init; }

    /// <summary>Divides the positive logits of tokens that stand in the context, and multiplies the negative ones, before anything else; 1 does nothing.</summary>
    [Range(0.01, 100.0)]
    public double RepetitionPenalty { get; init; } = 1.0;

    /// <summary>Longest output in tokens, the end token included.</summary>
    [Range(1, 1_048_576)]
    public int MaxNewTokens { get; init; } = 32768;
}
