namespace R1Pipeline.Rewards.Mathematics.Expressions;

/// <summary>π, e, i or ∞.</summary>
internal sealed record Constant(string Name) : Leaf
{
    public static Constant Pi { get; } = new("π");

    public static Constant E { get; } = new("e");

    public static Constant I { get; } = new("i");

    public static Constant Infinity { get; } = new("∞");

    protected override string BuildKey() => Name;
}
