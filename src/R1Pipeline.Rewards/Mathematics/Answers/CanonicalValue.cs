using System.Numerics;
using R1Pipeline.Rewards.Mathematics.Expressions;
using R1Pipeline.Rewards.Mathematics.Numbers;

namespace R1Pipeline.Rewards.Mathematics.Answers;

/// <summary>The canonical text of a formula: a fraction in lowest terms, nine digits of another constant, else its sorted terms.</summary>
internal static class CanonicalValue
{
    private const int Steps = 4000;

    public static string Of(Expression value)
    {
        var budget = new WorkBudget(Steps);
        if (new ExactEvaluator(SamplePoints.Empty, budget).Evaluate(value) is { } exact) return exact.ToString();
        Complex number = new Evaluator<Complex, DoubleArithmetic>(SamplePoints.Empty, realOnly: false, budget, 1).Evaluate(value);
        if (!double.IsFinite(number.Real) || !double.IsFinite(number.Imaginary)) return value.Key;
        return default(DoubleArithmetic).IsReal(number) ? number.Real.ToString("G9") : $"{number.Real:G9}{number.Imaginary:+0.########;-0.########}i";
    }
}
