using System.ComponentModel.DataAnnotations;

namespace R1Pipeline.Contracts.Options;

/// <summary>
/// Rule rewards. Accuracy and format at equal weight, language consistency added directly (r1-recipe.md 5.1 and 5.2).
/// </summary>
public abstract record RewardedOptions : OptimizerOptions
{
    /// <summary>Weight of the accuracy reward (0 or 1).</summary>
    [Range(0.0, 100.0)]
    public double AccuracyWeight { get; init; } = 1;

    /// <summary>Weight of the format reward (0 or 1).</summary>
    [Range(0.0, 100.0)]
    public double FormatWeight { get; init; } = 1;

    /// <summary>Weight of the language-consistency reward (0 to 1, on the chain of thought). R1-Zero: 0.</summary>
    [Range(0.0, 100.0)]
    public double LanguageWeight { get; init; } = 1;

    /// <summary>Terms beside these three: length, cosine length, overlong, repetition. null: none.</summary>
    [AbsentFromKeyWhenNull]
    public ShapingOptions? Shaping { get; init; }

    /// <summary>The format that is asked for.</summary>
    public AnswerFormat Format { get; init; } = AnswerFormat.ThinkAnswer;
}
