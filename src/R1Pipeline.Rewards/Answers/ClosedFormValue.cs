namespace R1Pipeline.Rewards.Answers;

/// <summary>A number that is written with roots, powers or pi, as a double.</summary>
internal sealed record ClosedFormValue(double Value) : AnswerValue
{
    // Far below any rounding that people write (1.4142 is not the root of 2), far above the error of a few operations.
    private const double Tolerance = 1e-9;

    /// <inheritdoc/>
    public override string Canonical => Value.ToString("G9");

    public bool IsNear(double other) => Math.Abs(Value - other) <= Tolerance * Math.Max(1, Math.Abs(Value));

    /// <inheritdoc/>
    public override bool Matches(AnswerValue gold) => gold switch
    {
        ClosedFormValue closed => closed.IsNear(Value),
        NumberValue number => IsNear(number.Approximate),
        _ => false,
    };
}
