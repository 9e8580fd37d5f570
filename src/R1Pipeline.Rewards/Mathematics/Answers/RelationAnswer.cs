using R1Pipeline.Rewards.Mathematics.Expressions;

namespace R1Pipeline.Rewards.Mathematics.Answers;

/// <summary>An equation, an inequality or a chain of them.</summary>
/// <param name="Sides">Two or more formulas.</param>
/// <param name="Operators">What stands between them: = ≠ &lt; &gt; ≤ ≥.</param>
internal sealed record RelationAnswer(IReadOnlyList<Expression> Sides, IReadOnlyList<string> Operators) : Answer
{
    /// <inheritdoc/>
    public override string Canonical
    {
        get
        {
            bool turned = Operators[0] is ">" or "≥";
            IEnumerable<string> sides = Sides.Select(side => side.Key);
            IEnumerable<string> operators = Operators.Select(Forward);
            return string.Join(" ", (turned ? sides.Reverse() : sides).Zip((turned ? operators.Reverse() : operators).Append(""), (side, sign) => $"{side} {sign}")).TrimEnd();
        }
    }

    /// <summary>The operator seen from the other side where it points to the left.</summary>
    public static string Forward(string sign) => sign switch { ">" => "<", "≥" => "≤", _ => sign };
}
