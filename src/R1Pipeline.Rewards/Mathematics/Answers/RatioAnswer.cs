using R1Pipeline.Rewards.Mathematics.Expressions;

namespace R1Pipeline.Rewards.Mathematics.Answers;

/// <summary>A ratio of two or more formulas: 2:3 is 4:6.</summary>
internal sealed record RatioAnswer(IReadOnlyList<Expression> Parts) : Answer
{
    /// <inheritdoc/>
    public override string Canonical => string.Join(":", Parts.Select(part => part.Key));
}
