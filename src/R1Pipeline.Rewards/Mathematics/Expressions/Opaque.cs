namespace R1Pipeline.Rewards.Mathematics.Expressions;

/// <summary>Functions that have no value here (<c>f(x)</c>, a sum, an integral): each different call is one more variable, the same in both expressions.</summary>
internal static class Opaque
{
    private static readonly HashSet<string> Known =
    [
        "sqrt", "root", "exp", "ln", "log", "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "arccot", "sinh", "cosh", "tanh",
        "abs", "floor", "ceil", "factorial", "binom", "mod", "gcd", "lcm", "max", "min",
    ];

    public static bool IsKnown(Call call) => Known.Contains(call.Function);

    /// <summary>Both expressions with every unknown call and ∞ replaced by a variable of its own.</summary>
    public static (Expression, Expression) Share(Expression a, Expression b) => (Hide(a), Hide(b));

    private static Expression Hide(Expression expression) =>
        expression.Replace(part => part is Call call && !IsKnown(call) || part == Constant.Infinity ? new Symbol("⟨" + part.Key + "⟩") : null);
}
