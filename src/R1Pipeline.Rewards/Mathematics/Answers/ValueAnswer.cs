using R1Pipeline.Rewards.Mathematics.Expressions;
using R1Pipeline.Rewards.Mathematics.Numbers;
using R1Pipeline.Rewards.Mathematics.Reading;

namespace R1Pipeline.Rewards.Mathematics.Answers;

/// <summary>One formula: a number, a term with variables, a matrix.</summary>
/// <param name="Value">The formula, without unit and percent sign.</param>
/// <param name="IsPercent">A percent sign stands behind it.</param>
/// <param name="Unit">The unit's canonical name; null: none.</param>
internal sealed record ValueAnswer(Expression Value, bool IsPercent = false, string? Unit = null) : Answer
{
    private static readonly Rational MaxUnitPower = new(4);

    /// <inheritdoc/>
    public override string Canonical => CanonicalValue.Of(Value);

    /// <summary>Where the other side has a unit, the letters behind the amount in <c>5 m</c>, <c>5 km^2</c>, <c>5 \frac{m}{s^2}</c> are one too.</summary>
    public ValueAnswer WithLettersAsUnit()
    {
        if (Unit is not null || Value is not Product product) return this;
        Expression[] factors = [.. Flat(product)];
        string top = "", bottom = "";
        int amount = factors.Length;
        while (amount > 1 && UnitPart(factors, amount) is { } part)
        {
            if (part.Power < 0) bottom = $"/{part.Name}{bottom}";
            else top = top.Length == 0 ? part.Name : $"{part.Name}*{top}";
            amount -= part.NumFactors;
        }

        if (top.Length == 0) return this;
        return new ValueAnswer(amount == 1 ? factors[0] : new Product([.. factors.Take(amount)]), IsPercent, top + bottom);
    }

    private static IEnumerable<Expression> Flat(Product product) => product.Factors.SelectMany(factor => factor is Product inner ? Flat(inner) : [factor]);

    /// <summary>The unit that the last of the first <paramref name="end"/> factors spells, with the letter before it where both are one: km.</summary>
    private static (string Name, int Power, int NumFactors)? UnitPart(Expression[] factors, int end)
    {
        if (Letter(factors[end - 1]) is not { } last) return null;
        string spelled = end > 2 && factors[end - 2] is Symbol before ? before.Name + last.Name : "";
        bool two = Units.IsUnit(spelled);
        if (!two && !Units.IsUnit(last.Name)) return null;
        int size = Math.Abs(last.Power);
        return (Units.Name(two ? spelled : last.Name) + (size == 1 ? "" : $"^{size}"), last.Power, two ? 2 : 1);
    }

    private static (string Name, int Power)? Letter(Expression factor) => factor switch
    {
        Symbol letter => (letter.Name, 1),
        Power { Base: var inner, Exponent: Number { Value: { IsInteger: true } exponent } } when Letter(inner) is { } letter && exponent.Abs().CompareTo(MaxUnitPower) <= 0 => (letter.Name, letter.Power * (int)exponent.Numerator),
        _ => null,
    };

    /// <summary>Without variables and functions that nothing is known of.</summary>
    public bool IsClosed => !Value.Any(part => part is Symbol || (part is Call call && !Opaque.IsKnown(call)));
}
