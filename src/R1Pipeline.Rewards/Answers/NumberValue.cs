using System.Numerics;

namespace R1Pipeline.Rewards.Answers;

/// <summary>An exact number: a fraction in lowest terms with a positive denominator.</summary>
internal sealed record NumberValue : AnswerValue
{
    private readonly BigInteger _numerator;
    private readonly BigInteger _denominator;

    public NumberValue(BigInteger numerator, BigInteger denominator)
    {
        BigInteger divisor = BigInteger.GreatestCommonDivisor(numerator, denominator) * denominator.Sign;
        _numerator = numerator / divisor;
        _denominator = denominator / divisor;
    }

    /// <inheritdoc/>
    public override string Canonical => _denominator.IsOne ? _numerator.ToString() : $"{_numerator}/{_denominator}";

    public double Approximate => (double)_numerator / (double)_denominator;

    /// <inheritdoc/>
    public override bool Matches(AnswerValue gold) => gold switch
    {
        ClosedFormValue closed => closed.IsNear(Approximate),
        _ => base.Matches(gold),
    };
}
