using System.Numerics;
using R1Pipeline.Rewards.Mathematics.Numbers;

namespace R1Pipeline.Rewards.Mathematics.Expressions;

/// <summary>
/// Whether two expressions are equal for all values of their variables: by canonical text; else by exact rational values, at enough random points that
/// two different rational functions agree at all of them with a probability below 10^-20 (Schwartz-Zippel); else by complex values, first in doubles
/// and, where these agree, with 70 digits. The points are fixed, so a verdict never changes from one run to the next.
/// </summary>
internal sealed class ExpressionEquality(NumericTolerance tolerance, WorkBudget budget)
{
    private const int DoubleCost = 1;
    private const int BigCost = 60;
    private const double DoubleNoise = 1e-8;
    private const double SmallestNoise = 1e-30;

    // Two values of 70 digits whose difference is below 50 digits of the larger: more agreement than any two different short formulas are known to have.
    private const int AgreedBits = 166;

    public bool AreEqual(Expression gold, Expression answer)
    {
        if (gold is Matrix || answer is Matrix) return AreEqualMatrices(gold, answer);
        var symbols = new SortedSet<string>(StringComparer.Ordinal);
        gold.CollectSymbols(symbols);
        answer.CollectSymbols(symbols);
        if (symbols.Count == 0 && !HasOpaquePart(gold) && !HasOpaquePart(answer)) return AreEqualConstants(gold, answer);
        if (gold.Key == answer.Key) return true;
        (gold, answer) = Opaque.Share(gold, answer);
        gold.CollectSymbols(symbols);
        answer.CollectSymbols(symbols);
        return Agree(symbols, gold, answer);
    }

    /// <summary>The constant c with <paramref name="a"/> = c <paramref name="b"/> everywhere; null where there is none or it is zero.</summary>
    public Rational? ConstantRatio(Expression a, Expression b)
    {
        (a, b) = Opaque.Share(a, b);
        var symbols = new SortedSet<string>(StringComparer.Ordinal);
        a.CollectSymbols(symbols);
        b.CollectSymbols(symbols);
        foreach (IReadOnlyDictionary<string, Rational> point in SamplePoints.Of(symbols, NeedsIntegers(a) || NeedsIntegers(b)))
        {
            if (Exact(a, point) is not { } top || Exact(b, point) is not { } bottom || top.IsZero || bottom.Inverse() is not { } inverse || top.Multiply(inverse) is not { } ratio) continue;
            return AreEqual(a, new Product([new Number(ratio), b])) ? ratio : null;
        }

        return null;
    }

    /// <summary>The real value of a constant, for putting constants in order; null where there is none.</summary>
    public double? RealValue(Expression expression)
    {
        Complex value = new Evaluator<Complex, DoubleArithmetic>(SamplePoints.Empty, realOnly: false, budget, DoubleCost).Evaluate(expression);
        return double.IsFinite(value.Real) && default(DoubleArithmetic).IsReal(value) ? value.Real : null;
    }

    private bool AreEqualMatrices(Expression gold, Expression answer) =>
        gold is Matrix a && answer is Matrix b && a.NumColumns == b.NumColumns && a.Entries.Count == b.Entries.Count
            && a.Entries.Zip(b.Entries).All(pair => AreEqual(pair.First, pair.Second));

    private bool AreEqualConstants(Expression gold, Expression answer)
    {
        var evaluator = new ExactEvaluator(SamplePoints.Empty, budget);
        Rational? a = evaluator.Evaluate(gold);
        Rational? b = evaluator.Evaluate(answer);

        // Cancellation leaves noise far above this: e^-200 is small, not zero.
        if ((a is { IsZero: true } && IsTiny(answer)) || (b is { IsZero: true } && IsTiny(gold))) return false;

        // Nothing is small beside zero: a sum is zero where its last term is what the others lack.
        if (a is { IsZero: true } && answer is Sum { Terms.Count: > 1 } sum && b is null) (gold, answer) = (Product.Negate(sum.Terms[^1]), new Sum([.. sum.Terms.Take(sum.Terms.Count - 1)]));
        else if (b is { IsZero: true } && gold is Sum { Terms.Count: > 1 } other && a is null) (gold, answer) = (new Sum([.. other.Terms.Take(other.Terms.Count - 1)]), Product.Negate(other.Terms[^1]));
        if (evaluator.IsUndefined) return false;
        if (a is { } x && b is { } y) return x == y || tolerance.AreNear(x, y, gold, answer);
        if (gold.Key == answer.Key) return true;
        if (tolerance.Rounds(gold, answer) || tolerance.IsRelative)
        {
            if (RealValue(gold) is { } p && RealValue(answer) is { } q && tolerance.AreNear(p, q, gold, answer)) return true;
        }

        return AgreeAt(SamplePoints.Empty, gold, answer, realOnly: false) == true && AgreeInDepth(SamplePoints.Empty, gold, answer, realOnly: false);
    }

    private bool IsTiny(Expression expression) => RealValue(expression) is { } value && value != 0 && Math.Abs(value) < SmallestNoise;

    private bool Agree(IReadOnlySet<string> symbols, Expression gold, Expression answer)
    {
        bool hasI = gold.Any(part => part == Constant.I) || answer.Any(part => part == Constant.I);
        foreach (bool realOnly in hasI ? [false] : new[] { true, false })
        {
            int agreed = 0;
            IReadOnlyDictionary<string, Rational>? inexact = null;
            foreach (IReadOnlyDictionary<string, Rational> point in SamplePoints.Of(symbols, NeedsIntegers(gold) || NeedsIntegers(answer)))
            {
                if (budget.IsSpent) return false;
                Rational? a = Exact(gold, point);
                Rational? b = a is null ? null : Exact(answer, point);
                if (a is { } x && b is { } y)
                {
                    if (x != y) return false;
                    agreed++;
                    continue;
                }

                bool? verdict = AgreeAt(point, gold, answer, realOnly);
                if (verdict == false) return false;
                if (verdict is null) continue;
                inexact ??= point;
                agreed++;
            }

            if (agreed >= SamplePoints.Enough) return inexact is null || AgreeInDepth(inexact, gold, answer, realOnly);
        }

        return false;
    }

    private Rational? Exact(Expression expression, IReadOnlyDictionary<string, Rational> point) => new ExactEvaluator(point, budget).Evaluate(expression);

    /// <summary>In doubles; null where one of them is undefined there.</summary>
    private bool? AgreeAt(IReadOnlyDictionary<string, Rational> point, Expression gold, Expression answer, bool realOnly)
    {
        var evaluator = new Evaluator<Complex, DoubleArithmetic>(point, realOnly, budget, DoubleCost);
        Complex a = evaluator.Evaluate(gold);
        Complex b = evaluator.Evaluate(answer);
        if (default(DoubleArithmetic).IsNaN(a) || default(DoubleArithmetic).IsNaN(b)) return null;
        return Complex.Abs(a - b) <= DoubleNoise * Math.Max(Math.Max(Complex.Abs(a), Complex.Abs(b)), DoubleNoise);
    }

    private bool AgreeInDepth(IReadOnlyDictionary<string, Rational> point, Expression gold, Expression answer, bool realOnly)
    {
        var evaluator = new Evaluator<BigComplex, BigArithmetic>(point, realOnly, budget, BigCost);
        BigComplex a = evaluator.Evaluate(gold);
        BigComplex b = evaluator.Evaluate(answer);
        if (a.IsNaN || b.IsNaN) return false;
        BigReal difference = (a - b).SquaredLength;
        if (difference.IsZero) return true;
        int scale = Math.Max(a.SquaredLength.IsZero ? 0 : a.SquaredLength.Magnitude, b.SquaredLength.IsZero ? 0 : b.SquaredLength.Magnitude);
        return difference.Magnitude < scale - 2 * AgreedBits;
    }

    private static bool NeedsIntegers(Expression expression) => expression.Any(part => part is Call { Function: "factorial" or "binom" or "mod" or "gcd" or "lcm" } or Series { HasOpenBounds: true });

    private static bool HasOpaquePart(Expression expression) => expression.Any(part => part is Call call && !Opaque.IsKnown(call) || part == Constant.Infinity);
}
