using System.ComponentModel.DataAnnotations;

namespace R1Pipeline.Contracts.Options;

/// <summary>One task of an evaluation stage. Sampling defaults are the paper's (r1-recipe.md 12).</summary>
public sealed record EvaluationTaskOptions
{
    /// <summary>Name of the data source.</summary>
    [Required]
    public string Data { get; init; } = "";

    /// <summary>Temperature; 0 is greedy.</summary>
    [Range(0.0, 100.0)]
    public double Temperature { get; init; } = 0.6;

    /// <summary>Nucleus.</summary>
    [Range(0.01, 1.0)]
    public double TopP { get; init; } = 0.95;

    /// <summary>Most likely tokens that are kept; 0 keeps all.</summary>
    [Range(0, 1_000_000)]
    public int TopK { get; init; }

    /// <summary>Samples of one problem (k).</summary>
    [Range(1, 4096)]
    public int Samples { get; init; } = 1;

    /// <summary>Longest output in tokens.</summary>
    [Range(1, 1_048_576)]
    public int MaxNewTokens { get; init; } = 32768;

    /// <summary>At most so many rows, from the first; null: all.</summary>
    [Range(1, 100_000_000)]
    public int? Rows { get; init; }

    /// <summary>The format that counts as well-formed.</summary>
    public AnswerFormat Format { get; init; } = AnswerFormat.ThinkAnswer;
}
