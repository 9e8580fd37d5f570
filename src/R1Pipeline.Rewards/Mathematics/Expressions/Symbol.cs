namespace R1Pipeline.Rewards.Mathematics.Expressions;

/// <summary>A variable, with its index if it has one.</summary>
internal sealed record Symbol(string Name) : Leaf
{
    protected override string BuildKey() => Name;
}
