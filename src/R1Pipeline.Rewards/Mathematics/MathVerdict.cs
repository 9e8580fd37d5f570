namespace R1Pipeline.Rewards.Mathematics;

/// <summary>The grade of a prediction.</summary>
/// <param name="Correct">Null: the gold is missing or cannot be read, and the texts differ.</param>
/// <param name="ExtractedGold">The part of the gold that was compared; null: none.</param>
/// <param name="ExtractedPrediction">The part of the prediction that was compared; null: none.</param>
/// <param name="Reason">Why, in a few words.</param>
public sealed record MathVerdict(bool? Correct, string? ExtractedGold, string? ExtractedPrediction, string Reason)
{
    /// <summary>Steps of bounded work that the grade took, at most <see cref="MathGrader.MaxSteps"/> for each gold.</summary>
    public int Steps { get; init; }
}
