using R1Pipeline.Rewards.Mathematics.Expressions;

namespace R1Pipeline.Rewards.Mathematics.Answers;

/// <summary>A named answer: <c>x = 3</c>, <c>f(x) = 2x</c>, <c>x ∈ [1, 2]</c>.</summary>
/// <param name="Label">The name's canonical text.</param>
/// <param name="Name">The name as a formula; null where it is none.</param>
/// <param name="Value">What it names.</param>
internal sealed record LabelledAnswer(string Label, Expression? Name, Answer Value) : Answer
{
    /// <inheritdoc/>
    public override string Canonical => Value.Canonical;
}
