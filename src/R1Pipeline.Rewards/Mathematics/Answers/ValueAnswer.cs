using R1Pipeline.Rewards.Mathematics.Expressions;

namespace R1Pipeline.Rewards.Mathematics.Answers;

/// <summary>One formula: a number, a term with variables, a matrix.</summary>
/// <param name="Value">The formula, without unit and percent sign.</param>
/// <param name="IsPercent">A percent sign stands behind it.</param>
/// <param name="Unit">The unit's canonical name; null: none.</param>
internal sealed record ValueAnswer(Expression Value, bool IsPercent = false, string? Unit = null) : Answer
{
    /// <inheritdoc/>
    public override string Canonical => CanonicalValue.Of(Value);

    /// <summary>Without variables and functions that nothing is known of.</summary>
    public bool IsClosed => !Value.Any(part => part is Symbol || (part is Call call && !Opaque.IsKnown(call)));
}
