using R1Pipeline.Rewards.Mathematics.Expressions;
using R1Pipeline.Rewards.Mathematics.Reading;

namespace R1Pipeline.Rewards.Mathematics.Answers;

/// <summary>One formula: a number, a term with variables, a matrix.</summary>
/// <param name="Value">The formula, without unit and percent sign.</param>
/// <param name="IsPercent">A percent sign stands behind it.</param>
/// <param name="Unit">The unit's canonical name; null: none.</param>
internal sealed record ValueAnswer(Expression Value, bool IsPercent = false, string? Unit = null) : Answer
{
    /// <inheritdoc/>
    public override string Canonical => CanonicalValue.Of(Value);

    /// <summary>Where the other side has a unit, the letters behind the amount in <c>5 m</c>, <c>5 m^2</c>, <c>5 m/s</c> are one too.</summary>
    public ValueAnswer WithLettersAsUnit()
    {
        if (Unit is not null || Value is not Product { Factors: { Count: > 1 } factors }) return this;
        string top = "", bottom = "";
        int amount = factors.Count;
        while (amount > 1 && UnitPart(factors[amount - 1]) is { } part)
        {
            if (part.Power < 0) bottom = $"/{part.Name}{bottom}";
            else top = top.Length == 0 ? part.Name : $"{part.Name}*{top}";
            amount--;
        }

        if (top.Length == 0) return this;
        return new ValueAnswer(amount == 1 ? factors[0] : new Product([.. factors.Take(amount)]), IsPercent, top + bottom);
    }

    private static (string Name, int Power)? UnitPart(Expression factor) => factor switch
    {
        Symbol letter when Units.IsUnit(letter.Name) => (Units.Name(letter.Name), 1),
        Power { Base: Symbol letter, Exponent: Number { Value.IsInteger: true } exponent } when Units.IsUnit(letter.Name) =>
            (Units.Name(letter.Name) + (exponent.Value.Abs() == Numbers.Rational.One ? "" : "^" + exponent.Value.Abs()), exponent.Value.Sign),
        _ => null,
    };

    /// <summary>Without variables and functions that nothing is known of.</summary>
    public bool IsClosed => !Value.Any(part => part is Symbol || (part is Call call && !Opaque.IsKnown(call)));
}
