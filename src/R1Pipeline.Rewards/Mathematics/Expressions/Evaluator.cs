using System.Numerics;
using R1Pipeline.Rewards.Mathematics.Numbers;

namespace R1Pipeline.Rewards.Mathematics.Expressions;

/// <summary>The complex value of an expression at a point, in the arithmetic's precision. What is undefined, unknown or out of range is not a number.</summary>
/// <param name="point">Values of the variables.</param>
/// <param name="realOnly">An even root or a logarithm of a negative number is undefined, as in real analysis, where formulas in variables are meant so.</param>
/// <param name="budget">Steps that may be taken.</param>
/// <param name="stepCost">Steps that one operation takes in this precision.</param>
internal sealed class Evaluator<T, TArithmetic>(IReadOnlyDictionary<string, Rational> point, bool realOnly, WorkBudget budget, int stepCost)
    where TArithmetic : struct, IComplexArithmetic<T>
{
    private static readonly Rational Two = new(2);

    private readonly TArithmetic _a = new();

    public T Evaluate(Expression expression)
    {
        if (!budget.Spend(stepCost)) return NotANumber;
        return expression switch
        {
            Number number => _a.Of(number.Value),
            Symbol symbol => point.TryGetValue(symbol.Name, out Rational value) ? _a.Of(value) : NotANumber,
            Constant constant => constant.Name switch { "π" => _a.Pi, "e" => _a.Exp(_a.Of(Rational.One)), "i" => _a.I, _ => NotANumber },
            Sum sum => Fold(sum.Terms, Rational.Zero, (a, b) => _a.Add(a, b)),
            Product product => Fold(product.Factors, Rational.One, (a, b) => _a.Multiply(a, b)),
            Power { Base: Constant { Name: "e" } } power => _a.Exp(Evaluate(power.Exponent)),
            Power power => Raise(power),
            Series series => Run(series),
            Call call => Apply(call.Function, [.. call.Arguments.Select(Evaluate)], call),
            _ => NotANumber,
        };
    }

    private T NotANumber => _a.Divide(_a.Of(Rational.One), _a.Of(Rational.Zero));

    private T Fold(IReadOnlyList<Expression> parts, Rational start, Func<T, T, T> combine)
    {
        T total = _a.Of(start);
        foreach (Expression part in parts)
        {
            T value = Evaluate(part);
            if (_a.IsNaN(value)) return value;
            total = combine(total, value);
        }

        return total;
    }

    private T Run(Series series)
    {
        var exact = new ExactEvaluator(point, budget);
        if (exact.Evaluate(series.First) is not { IsInteger: true } first || exact.Evaluate(series.Last) is not { IsInteger: true } last) return NotANumber;
        if (last.Numerator - first.Numerator >= Series.MaxTerms) return NotANumber;
        var inner = new Dictionary<string, Rational>(point, StringComparer.Ordinal);
        var evaluator = new Evaluator<T, TArithmetic>(inner, realOnly, budget, stepCost);
        T total = _a.Of(series.IsProduct ? Rational.One : Rational.Zero);
        for (BigInteger index = first.Numerator; index <= last.Numerator; index++)
        {
            inner[series.Index.Name] = new Rational(index);
            T value = evaluator.Evaluate(series.Body);
            if (_a.IsNaN(value)) return value;
            total = series.IsProduct ? _a.Multiply(total, value) : _a.Add(total, value);
        }

        return total;
    }

    private T Raise(Power power)
    {
        T value = Evaluate(power.Base);
        if (_a.IsNaN(value)) return value;
        Rational? exponent = new ExactEvaluator(point, budget).Evaluate(power.Exponent);
        if (exponent is not { } exact) return General(value, Evaluate(power.Exponent));
        if (!exact.IsInteger) return _a.IsReal(value) && _a.Sign(value) < 0 && !exact.Denominator.IsEven ? OddRoot(value, exact) : General(value, _a.Of(exact));
        if (exact.Sign < 0 && _a.IsZero(value)) return NotANumber;
        if (BigInteger.Abs(exact.Numerator) > 4096) return General(value, _a.Of(exact));
        T result = Integer(value, (int)BigInteger.Abs(exact.Numerator));
        return exact.Sign < 0 ? _a.Divide(_a.Of(Rational.One), result) : result;
    }

    private T Integer(T value, int exponent)
    {
        T result = _a.Of(Rational.One);
        for (; exponent > 0; exponent >>= 1)
        {
            if ((exponent & 1) == 1) result = _a.Multiply(result, value);
            value = _a.Multiply(value, value);
        }

        return result;
    }

    /// <summary>The real root of a negative number, as in (-8)^(1/3) = -2.</summary>
    private T OddRoot(T value, Rational exponent)
    {
        T size = General(Negate(value), _a.Of(exponent));
        return exponent.Numerator.IsEven ? size : Negate(size);
    }

    private T General(T value, T exponent)
    {
        if (_a.IsNaN(value) || _a.IsNaN(exponent)) return NotANumber;
        if (_a.IsZero(value)) return _a.Sign(exponent) > 0 && _a.IsReal(exponent) ? _a.Of(Rational.Zero) : NotANumber;
        return _a.Exp(_a.Multiply(exponent, Log(value)));
    }

    private T Log(T value) => _a.IsZero(value) || (realOnly && !(_a.IsReal(value) && _a.Sign(value) > 0)) ? NotANumber : _a.Log(value);

    private T Sqrt(T value) => realOnly && !(_a.IsReal(value) && (_a.Sign(value) >= 0 || _a.IsZero(value))) ? NotANumber : _a.Sqrt(value);

    private T Apply(string function, T[] x, Call call)
    {
        if (x.Any(_a.IsNaN)) return NotANumber;
        return (function, x.Length) switch
        {
            ("sqrt", 1) => Sqrt(x[0]),
            ("root", 2) => Evaluate(new Power(call.Arguments[0], new Power(call.Arguments[1], Number.MinusOne))),
            ("exp", 1) => _a.Exp(x[0]),
            ("ln", 1) => Log(x[0]),
            ("log", 1) => Divide(Log(x[0]), _a.Log(_a.Of(new Rational(10)))),
            ("log", 2) => Divide(Log(x[1]), Log(x[0])),
            ("sin", 1) => _a.Sin(x[0]),
            ("cos", 1) => _a.Cos(x[0]),
            ("tan", 1) => Divide(_a.Sin(x[0]), _a.Cos(x[0])),
            ("cot", 1) => Divide(_a.Cos(x[0]), _a.Sin(x[0])),
            ("sec", 1) => Divide(_a.Of(Rational.One), _a.Cos(x[0])),
            ("csc", 1) => Divide(_a.Of(Rational.One), _a.Sin(x[0])),
            ("arctan", 1) => ArcTan(x[0]),
            ("arcsin", 1) => ArcSin(x[0]),
            ("arccos", 1) => _a.Add(Divide(_a.Pi, _a.Of(Two)), Negate(ArcSin(x[0]))),
            ("arccot", 1) => _a.Add(Divide(_a.Pi, _a.Of(Two)), Negate(ArcTan(x[0]))),
            ("sinh", 1) => Divide(_a.Add(_a.Exp(x[0]), Negate(_a.Exp(Negate(x[0])))), _a.Of(Two)),
            ("cosh", 1) => Divide(_a.Add(_a.Exp(x[0]), _a.Exp(Negate(x[0]))), _a.Of(Two)),
            ("tanh", 1) => Divide(Apply("sinh", x, call), Apply("cosh", x, call)),
            ("abs", 1) => _a.Abs(x[0]),
            ("factorial" or "binom" or "floor" or "ceil" or "mod" or "gcd" or "lcm" or "max" or "min", _) => new ExactEvaluator(point, budget).Evaluate(call) is { } exact ? _a.Of(exact) : NotANumber,
            _ => NotANumber,
        };
    }

    /// <summary>arctan x = (i/2) ln((1 - ix) / (1 + ix)).</summary>
    private T ArcTan(T x)
    {
        T ix = _a.Multiply(_a.I, x);
        T one = _a.Of(Rational.One);
        return _a.Multiply(Divide(_a.I, _a.Of(Two)), _a.Log(Divide(_a.Add(one, Negate(ix)), _a.Add(one, ix))));
    }

    /// <summary>arcsin x = -i ln(ix + √(1 - x²)).</summary>
    private T ArcSin(T x)
    {
        T root = _a.Sqrt(_a.Add(_a.Of(Rational.One), Negate(_a.Multiply(x, x))));
        return Negate(_a.Multiply(_a.I, _a.Log(_a.Add(_a.Multiply(_a.I, x), root))));
    }

    private T Divide(T a, T b) => _a.IsZero(b) ? NotANumber : _a.Divide(a, b);

    private T Negate(T a) => _a.Multiply(_a.Of(Rational.One.Negate()), a);
}
