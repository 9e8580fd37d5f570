using System.Numerics;
using R1Pipeline.Rewards.Mathematics.Numbers;

namespace R1Pipeline.Rewards.Mathematics.Expressions;

/// <summary>
/// The rational value of an expression at a point; null where it is not rational, too long, or undefined (then <see cref="IsUndefined"/>).
/// Everything here is exact: a difference of one in the last digit of a thousand is a difference.
/// </summary>
internal sealed class ExactEvaluator(IReadOnlyDictionary<string, Rational> point, WorkBudget budget)
{
    private const int MaxFactorial = 2000;
    private const int MaxRootDegree = 64;

    /// <summary>Whether a division by zero or the like was met.</summary>
    public bool IsUndefined { get; private set; }

    public Rational? Evaluate(Expression expression)
    {
        if (!budget.Spend()) return null;
        return expression switch
        {
            Number number => number.Value,
            Symbol symbol => point.TryGetValue(symbol.Name, out Rational value) ? value : null,
            Sum sum => Fold(sum.Terms, Rational.Zero, (a, b) => a.Add(b)),
            Product product => Fold(product.Factors, Rational.One, (a, b) => a.Multiply(b)),
            Power power => Raise(power),
            Call call => Apply(call),
            Series series => Run(series),
            _ => null,
        };
    }

    private Rational? Fold(IReadOnlyList<Expression> parts, Rational start, Func<Rational, Rational, Rational?> combine)
    {
        Rational total = start;
        foreach (Expression part in parts)
        {
            if (Evaluate(part) is not { } value || combine(total, value) is not { } next) return null;
            total = next;
            if (!budget.Spend(Cost(total))) return null;
        }

        return total;
    }

    private Rational? Raise(Power power)
    {
        if (Evaluate(power.Base) is not { } @base || Evaluate(power.Exponent) is not { } exponent) return null;
        if (@base.IsZero && exponent.Sign <= 0) return Undefined();
        Rational? root = exponent.IsInteger ? @base : exponent.Denominator <= MaxRootDegree ? @base.Root((int)exponent.Denominator) : null;
        Rational? result = root?.Power(exponent.Numerator);
        return result is { } value && budget.Spend(Cost(value)) ? result : null;
    }

    private Rational? Apply(Call call)
    {
        var arguments = new Rational[call.Arguments.Count];
        for (int i = 0; i < arguments.Length; i++)
        {
            if (Evaluate(call.Arguments[i]) is not { } value) return null;
            arguments[i] = value;
        }

        return (call.Function, arguments) switch
        {
            ("sqrt", [var x]) => x.Root(2),
            ("root", [var x, var n]) when n.IsInteger && n.Sign > 0 && n.Numerator <= MaxRootDegree => x.Root((int)n.Numerator),
            ("abs", [var x]) => x.Abs(),
            ("floor", [var x]) => new Rational(x.Floor()),
            ("ceil", [var x]) => new Rational(-x.Negate().Floor()),
            ("factorial", [var n]) => Factorial(n),
            ("binom", [var n, var k]) => Binomial(n, k),
            ("mod", [var a, var b]) when !b.IsZero => b.Inverse() is { } inverse && a.Multiply(inverse) is { } quotient ? a.Add(b.Multiply(new Rational(-quotient.Floor())) ?? default) : null,
            ("gcd", [var a, var b]) when a.IsInteger && b.IsInteger => new Rational(BigInteger.GreatestCommonDivisor(a.Numerator, b.Numerator)),
            ("lcm", [var a, var b]) when a.IsInteger && b.IsInteger && !a.IsZero && !b.IsZero => new Rational(BigInteger.Abs(a.Numerator / BigInteger.GreatestCommonDivisor(a.Numerator, b.Numerator) * b.Numerator)),
            ("max", { Length: > 0 }) => arguments.Aggregate((a, b) => a.CompareTo(b) >= 0 ? a : b),
            ("min", { Length: > 0 }) => arguments.Aggregate((a, b) => a.CompareTo(b) <= 0 ? a : b),
            _ => null,
        };
    }

    private Rational? Run(Series series)
    {
        if (Evaluate(series.First) is not { IsInteger: true } first || Evaluate(series.Last) is not { IsInteger: true } last) return null;
        if (last.Numerator - first.Numerator >= Series.MaxTerms) return null;
        var inner = new Dictionary<string, Rational>(point, StringComparer.Ordinal);
        Rational total = series.IsProduct ? Rational.One : Rational.Zero;
        for (BigInteger index = first.Numerator; index <= last.Numerator; index++)
        {
            inner[series.Index.Name] = new Rational(index);
            var evaluator = new ExactEvaluator(inner, budget);
            if (evaluator.Evaluate(series.Body) is not { } value || (series.IsProduct ? total.Multiply(value) : total.Add(value)) is not { } next || !budget.Spend(Cost(next)))
            {
                IsUndefined |= evaluator.IsUndefined;
                return null;
            }

            total = next;
        }

        return total;
    }

    private Rational? Factorial(Rational n)
    {
        if (!n.IsInteger || n.Sign < 0) return Undefined();
        if (n.Numerator > MaxFactorial || !budget.Spend((int)n.Numerator)) return null;
        BigInteger product = BigInteger.One;
        for (int i = 2; i <= (int)n.Numerator; i++) product *= i;
        return new Rational(product);
    }

    private Rational? Binomial(Rational n, Rational k)
    {
        if (!n.IsInteger || !k.IsInteger || n.Sign < 0) return null;
        if (k.Sign < 0 || k.Numerator > n.Numerator) return Rational.Zero;
        BigInteger few = BigInteger.Min(k.Numerator, n.Numerator - k.Numerator);
        if (few > MaxFactorial || n.Numerator.GetBitLength() * few > Rational.MaxBits || !budget.Spend((int)few)) return null;
        BigInteger product = BigInteger.One;
        for (int i = 1; i <= (int)few; i++) product = product * (n.Numerator - few + i) / i;
        return new Rational(product);
    }

    private Rational? Undefined()
    {
        IsUndefined = true;
        return null;
    }

    private static int Cost(Rational value) => 1 + (int)((value.Numerator.GetBitLength() + value.Denominator.GetBitLength()) >> 8);
}
